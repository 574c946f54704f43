"""The app: Segment's track and identify calls, a line of JSON each."""

from __future__ import annotations

from pathlib import Path

import duckdb

from onebasket.demo.baskets import Chunk
from onebasket.demo.browsing import CART, CHECKOUT, LOGIN, PURCHASE, SEARCH, START, STORE_KIOSK, VIEW
from onebasket.demo.export import write_rows
from onebasket.demo.rates import Rates
from onebasket.demo.truth import Truth

SOURCE = "app"
_EVENTS = (
    f"case kind when {START} then 'Application Opened' when {SEARCH} then 'Products Searched' when {VIEW}"
    f" then 'Product Viewed' when {CART} then 'Product Added' when {CHECKOUT} then 'Checkout Started'"
    f" when {PURCHASE} then 'Order Completed' end"
)


def write_events(
    connection: duckdb.DuckDBPyConnection, folder: Path, chunk: Chunk, rates: Rates, truth: Truth
) -> None:
    """One gzip file a quarter from the table `event`. Needs `web_item` and `person`."""
    for statement in (_PURCHASE_SQL, _row_sql(chunk, rates)):
        connection.execute(statement).fetchall()
    for (file,) in connection.execute("select distinct file from app_row order by file").fetchall():
        write_rows(connection, _TEXT_SQL.replace("$file", file), folder / file)
    truth.people(f"select '{SOURCE}', file, line, person_id, household_id from app_row")
    truth.orders(
        f"select '{SOURCE}', file, line, case when numberless then null else '#' || order_number end, purchase_id"
        f" from app_row join purchase using (p) where kind = {PURCHASE}"
    )
    truth.damage(f"select '{SOURCE}', file, line, bad, null from app_row where bad is not null")
    truth.damage(f"select '{SOURCE}', file, line, 'sent_twice', null from app_row where copy = 1")
    truth.damage(
        f"select '{SOURCE}', file, line, 'no_transaction_id', null from app_row join purchase using (p)"
        f" where kind = {PURCHASE} and numberless"
    )


_PURCHASE_SQL = """
    create or replace table app_purchase as
    select p,
        string_agg(
            '{"product_id":"' || sku || '","sku":"' || sku || '","name":' || to_json(web_title) || ',"brand":'
                || to_json(brand) || ',"category":' || to_json(category) || ',"price":' || money(price)
                || ',"quantity":' || quantity || '}', ',' order by n
        ) as items
    from line join product using (product) join shop_head using (p)
    group by p
"""


def _row_sql(chunk: Chunk, rates: Rates) -> str:
    """Where each event stands: file and line; events sent twice stand twice."""
    return f"""
        create or replace table app_row as
        with placed as (
            select *, 0 as copy, ts as received from event
            union all
            select *, 1, ts + interval 40 second from event where u('app_twice', e, 0) < {rates.event_twice}
        ),
        dated as (
            select *, case when year(ts) < 2017 then 1 when year(ts) > 2017 then 4 else quarter(ts) end as part
            from placed
        )
        select *, 'exports/app/events-2017Q' || part || '{chunk.suffix}.ndjson.gz' as file,
            row_number() over (partition by part order by received, e, copy) as line,
            case
                when u('app_bad', e, 0) < {rates.broken_date / 4} then 'broken_date'
                when u('app_bad', e, 0) < {rates.broken_date / 4 + rates.missing_product}
                    and kind in ({VIEW}, {CART}) then 'missing_product'
                when u('app_bad', e, 1) < {rates.junk_identifier} then 'junk_identifier'
            end as bad,
            md5('{chunk.seed}-{chunk.number}-' || e) as message
        from dated
        order by file, line
    """


_TIME = "strftime({}, '%Y-%m-%dT%H:%M:%S.%gZ')"
_PRODUCT = """'{"product_id":"' || case when bad = 'missing_product' then '' else sku end || '","sku":"'
    || case when bad = 'missing_product' then '' else sku end || '","name":' || to_json(web_title) || ',"brand":'
    || to_json(brand) || ',"category":' || to_json(category) || ',"price":' || money(round(cents * raised))
    || ',"quantity":1,"currency":"USD"}'"""
_ORDER = """'{' || case when numberless then '' else '"order_id":"#' || order_number || '",' end || '"checkout_id":"c'
    || order_number || '","total":' || case when rounded then (total // 100)::varchar else money(total) end
    || ',"revenue":' || money(subtotal) || ',"shipping":' || money(shipping) || ',"tax":' || money(tax)
    || ',"discount":' || money(head_discount) || ',"currency":"USD","products":[' || items || ']}'"""
_PROPERTIES = f"""case
    when kind in ({VIEW}, {CART}) then {_PRODUCT}
    when kind = {SEARCH} then '{{"query":' || to_json(lower(type)) || '}}'
    when kind = {CHECKOUT} then '{{"currency":"USD","products":[' || items || ']}}'
    when kind = {PURCHASE} then {_ORDER}
    else '{{"version":"2.3.1"}}' end"""
_TRAITS = """'{"email":' || to_json(case when epoch_us(ts) >= email_from_us then email_later else email end)
    || ',"firstName":' || to_json(given) || ',"lastName":' || to_json(family)
    || case when u('app_phone', e, 0) < 0.6 then ',"phone":' || to_json(phone) else '' end || '}'"""
_USER = "case when bad = 'junk_identifier' then 'null' else account end"
_TEXT_SQL = f"""
    select '{{"anonymousId":"' || cookie || '"' || coalesce(',"userId":"' || {_USER} || '"', '')
        || ',"messageId":"' || substr(message, 1, 8) || '-' || substr(message, 9, 4) || '-4' || substr(message, 14, 3)
        || '-b' || substr(message, 18, 3) || '-' || substr(message, 21) || '","timestamp":"'
        || case when bad = 'broken_date' then ['0000-00-00T00:00:00.000Z', 'yesterday', ''][1 + e % 3]
            else {_TIME.format("ts")} end
        || '","receivedAt":"' || {_TIME.format("received + interval 2 second")}
        || '","context":{{"app":{{"name":"Harbour & Hill","version":"2.3.1"}},"device":{{"id":"' || device
        || '","type":"' || case when device < '9' then 'ios' else 'android' end
        || '"}},"library":{{"name":"analytics-mobile","version":"4.0.2"}},"locale":"en-US"}},'
        || case when kind = {LOGIN} then '"type":"identify","traits":' || {_TRAITS}
            else '"type":"track","event":"' || {_EVENTS} || '","properties":' || {_PROPERTIES} end || '}}' as text
    from (
        select r.* exclude (p, person_id, household_id), d.* exclude (product), f.* exclude (p),
            subtotal, shipping, tax, total, h.discount as head_discount, order_number, numberless, rounded,
            n.given, n.family, n.email, n.email_later, n.email_from_us, n.phone,
            upper(substr(md5('device' || coalesce(case when cookie = '{STORE_KIOSK}' then cookie end, o.person_id)), 1, 16)) as device
        from app_row r
        left join product d using (product)
        left join app_purchase f using (p)
        left join shop_head h using (p)
        left join purchase using (p)
        join person n on n.number = r.actor
        join person o on o.number = r.owner
        where file = '$file'
    )
    order by line
"""
