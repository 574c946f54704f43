"""Tmall: ExportOrderList and ExportOrderDetailList, GBK, Chinese. The second half-year is masked."""

from __future__ import annotations

import random
from pathlib import Path

import duckdb
import pyarrow as pa

from onebasket.demo.baskets import CANCELLED, PARTLY, PENDING, REFUNDED, TMALL, Chunk, Purchases
from onebasket.demo.engine import columns_of, make_table, text_schema
from onebasket.demo.export import csv_row, single_bytes, write_rows
from onebasket.demo.people import Household, Person
from onebasket.demo.rates import Rates
from onebasket.demo.truth import Truth
from onebasket.demo.writing import masked_address, masked_name, masked_phone

SOURCE = "tmall"
ZONE = "Asia/Shanghai"
RELAY_DOMAIN = "relay.tmall.example"
ENCODING = "gb18030"
_MASKED_FROM_DAY = 181
ORDERS = (
    "订单编号,买家会员名,买家支付宝账号,买家应付货款,买家应付邮费,买家支付积分,总金额,返点积分,"
    "买家实际支付金额,买家实际支付积分,订单状态,买家留言,收货人姓名,收货地址,运送方式,联系电话,联系手机,"
    "订单创建时间,订单付款时间,宝贝标题,宝贝种类,物流单号,物流公司,订单备注,宝贝总数量,店铺Id,店铺名称,"
    "订单关闭原因,卖家服务费,买家服务费,发票抬头,是否手机订单,分阶段订单信息,定金排名,修改后的sku,"
    "修改后的收货地址,异常信息"
)
DETAILS = "订单编号,标题,价格,购买数量,外部系统编号,商品属性,套餐信息,备注,订单状态,商家编码"
_UTF8_NOTE = single_bytes("请放门口".encode())


def write_sales(
    connection: duckdb.DuckDBPyConnection,
    folder: Path,
    purchases: Purchases,
    households: list[Household],
    chunk: Chunk,
    rates: Rates,
    truth: Truth,
) -> None:
    """Order heads and details, a file each for the half-years. Needs `line` and `purchase`."""
    _register_contacts(connection, purchases, households, chunk, rates)
    for statement in (_head_sql(chunk, rates), _detail_sql(chunk, rates)):
        connection.execute(statement).fetchall()
    for table, header, text in (("tmall_head", ORDERS, _HEAD_TEXT), ("tmall_detail", DETAILS, _DETAIL_TEXT)):
        for (file,) in connection.execute(f"select distinct file from {table} order by file").fetchall():
            write_rows(connection, text.replace("$file", file), folder / file, header, ENCODING)
        truth.broken(SOURCE, table)
    truth.people(
        f"select '{SOURCE}', file, line, person_id, household_id from tmall_head join purchase using (p)"
    )
    truth.orders(
        f"select '{SOURCE}', file, line, number::varchar, purchase_id from tmall_head join purchase using (p)"
    )


def _register_contacts(
    connection: duckdb.DuckDBPyConnection,
    purchases: Purchases,
    households: list[Household],
    chunk: Chunk,
    rates: Rates,
) -> None:
    rng = random.Random(f"tmall-{chunk.seed}-{chunk.number}")
    people = [person for household in households for person in household.people]
    buyers, days = purchases.person.tolist(), purchases.day.tolist()
    rows = [
        (p, *_contact(people[buyers[p]], days[p], rng, rates))
        for p, channel in enumerate(purchases.channel.tolist())
        if channel == TMALL
    ]
    schema = text_schema(
        "p", "masked", "nick", "alipay", "receiver", "address", "mobile", p=pa.int64(), masked=pa.bool_()
    )
    make_table(connection, "tmall_contact", columns_of(rows, schema))


def _contact(
    person: Person, day: int, rng: random.Random, rates: Rates
) -> tuple[bool, str, str, str, str, str]:
    """Masked or not, nickname, Alipay account, receiver, address, mobile."""
    home, masked = person.household, day >= _MASKED_FROM_DAY
    draw = rng.random()
    if draw < 0.5:
        alipay = person.email(day)
    elif draw < 0.8:
        alipay = person.chinese_mobile
    else:
        alipay = f"{rng.getrandbits(32):08x}@{RELAY_DOMAIN}"
    mobile = f"'{person.chinese_mobile}"
    if rng.random() < rates.virtual_number:
        mobile = f"'1700{rng.randrange(10**7):07d}-{rng.randrange(10**4):04d}"
    address = f"{home.chinese_address}({home.chinese_zip})"
    receiver = person.hanzi if rng.random() >= rates.name_swapped else f"{person.given} {person.family}"
    if masked:
        alipay = f"{alipay[:3]}***@{alipay.partition('@')[2]}" if "@" in alipay else masked_phone(alipay)
        mobile, receiver = f"'{masked_phone(mobile[1:])}", masked_name(receiver)
        address = masked_address(address)
    return masked, person.tmall, alipay, receiver, address, mobile


def _head_sql(chunk: Chunk, rates: Rates) -> str:
    broken, wrong = rates.broken_date, rates.broken_date + rates.wrong_encoding
    return f"""
        create or replace table tmall_head as
        with sums as (
            select p, sum(amount)::bigint as goods, sum(quantity)::bigint as units, count(*) as kinds,
                arg_min(chinese_title, n) as title
            from line join product using (product) where channel = {TMALL} group by p
        ),
        placed as (
            select p, ts, status, goods, units, kinds, title, masked, nick, alipay, receiver, address, mobile,
                case when goods < 20000 then 1200 else 0 end as post,
                17000000000000000 + {chunk.number} * 100000000000 + (p * 104729) as number,
                'exports/tmall/ExportOrderList' || case when masked then '201712' else '201706' end
                    || '{chunk.suffix}.csv' as file,
                case when u('tmall', p, 0) < {broken} then 'broken_date'
                    when u('tmall', p, 0) < {wrong} then 'wrong_encoding'
                    when u('tmall', p, 0) < {wrong + rates.negative_price} then 'negative_price' end as bad
            from sums join purchase using (p) join tmall_contact using (p)
        )
        select *, 1 + row_number() over (partition by file order by ts, p) as line
        from placed order by file, line
    """


def _detail_sql(chunk: Chunk, rates: Rates) -> str:
    missing = rates.negative_price + rates.missing_product
    return f"""
        create or replace table tmall_detail as
        with placed as (
            select l.p, n, product, price, quantity, number, h.status,
                replace(h.file, 'OrderList', 'OrderDetailList') as file,
                case when u('detail', l.p, n) < {rates.negative_price} then 'negative_price'
                    when u('detail', l.p, n) < {missing} then 'missing_product'
                    when u('detail', l.p, n) < {missing + rates.absurd_quantity} then 'absurd_quantity'
                end as bad,
                h.line as head_line
            from line l join tmall_head h using (p)
        )
        select *, 1 + row_number() over (partition by file order by head_line, n) as line
        from placed order by file, line
    """


_STATUS = f"""case status when {REFUNDED} then '付款以后用户退款成功，交易自动关闭'
    when {CANCELLED} then '交易关闭'
    when {PENDING} then '等待买家付款' when {PARTLY} then '交易成功'
    else ['交易成功', '交易成功', '交易成功', '卖家已发货，等待买家确认'][1 + p % 4] end"""
_MADE = f"strftime(local_time({{}}, '{ZONE}'), '%Y-%m-%d %H:%M:%S')"
_UNPAID = f"status in ({CANCELLED}, {PENDING})"
_BAD_TIMES = "['0000-00-00 00:00:00', '2017-02-30 12:00:00', 'null']"
_HEAD_CELLS = {
    "订单编号": "'=\"' || number || '\"'",
    "买家会员名": "nick",
    "买家支付宝账号": "alipay",
    "买家应付货款": "money(case when bad = 'negative_price' then -goods else goods end)",
    "买家应付邮费": "money(post)",
    "买家支付积分": "0",
    "总金额": "money(goods + post)",
    "返点积分": "0",
    "买家实际支付金额": f"money(case when {_UNPAID} then 0 else goods + post end)",
    "买家实际支付积分": "0",
    "订单状态": _STATUS,
    "买家留言": f"case when bad = 'wrong_encoding' then '{_UTF8_NOTE}' end",
    "收货人姓名": "receiver",
    "收货地址": "q(address)",
    "运送方式": "'快递'",
    "联系手机": "mobile",
    "订单创建时间": f"case when bad = 'broken_date' then {_BAD_TIMES}[1 + p % 3]"
    f" else {_MADE.format('ts')} end",
    "订单付款时间": f"case when not {_UNPAID} then {_MADE.format('ts + interval 2 minute')} end",
    "宝贝标题": "q(title)",
    "宝贝种类": "kinds",
    "物流单号": "'No:SF' || 100000000 + p",
    "物流公司": "'顺丰速运'",
    "宝贝总数量": "units",
    "店铺Id": "0",
    "店铺名称": "'山海之间旗舰店'",
    "订单关闭原因": f"case status when {REFUNDED} then '退款' when {CANCELLED} then '买家取消订单' end",
    "卖家服务费": "'0.00元'",
    "买家服务费": "'0.00元'",
    "是否手机订单": "case when p % 3 > 0 then '手机订单' end",
}
_HEAD_TEXT = f"""
    select {csv_row(ORDERS, _HEAD_CELLS)} as text from tmall_head where file = '$file' order by line
"""
_KEY = "case when bad is distinct from 'missing_product' then tmall_key end"
_DETAIL_CELLS = {
    "订单编号": "'=\"' || number || '\"'",
    "标题": "q(chinese_title)",
    "价格": "money(case when bad = 'negative_price' then -price else price end)",
    "购买数量": "case when bad = 'absurd_quantity' then 99999999 else quantity end",
    "外部系统编号": _KEY,
    "商品属性": "case when web_size <> '' then '规格:' || regexp_extract(chinese_title, '[^ ]+$') end",
    "订单状态": _STATUS,
    "商家编码": _KEY,
}
_DETAIL_TEXT = f"""
    select {csv_row(DETAILS, _DETAIL_CELLS)} as text
    from tmall_detail join product using (product)
    where file = '$file'
    order by line
"""
