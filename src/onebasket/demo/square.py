"""The stores: Square's item and transaction exports."""

from __future__ import annotations

from pathlib import Path

import duckdb

from onebasket.demo.baskets import STORE, Chunk
from onebasket.demo.export import write_rows
from onebasket.demo.people import store_names
from onebasket.demo.rates import Rates
from onebasket.demo.truth import Truth

SOURCE = "stores"
ZONE = "America/New_York"
ITEMS = (
    "Date,Time,Time Zone,Category,Item,Qty,Price Point Name,SKU,Modifiers Applied,Gross Sales,Discounts,"
    "Net Sales,Tax,Transaction ID,Payment ID,Device Name,Notes,Details,Event Type,Location,Dining Option,"
    "Customer ID,Customer Name,Customer Reference ID,Unit,Count,GTIN,Itemization Type,Commission,Employee,"
    "Fulfillment Note,Channel,Token,Card Brand,PAN Suffix"
)
TRANSACTIONS = (
    "Date,Time,Time Zone,Gross Sales,Discounts,Service Charges,Net Sales,Gift Card Sales,Tax,Tip,"
    "Partial Refunds,Total Collected,Source,Card,Card Entry Methods,Cash,Square Gift Card,Other Tender,"
    "Other Tender Type,Tender Note,Fees,Net Total,Transaction ID,Payment ID,Card Brand,PAN Suffix,Device Name,"
    "Staff Name,Staff ID,Details,Description,Event Type,Location,Dining Option,Customer ID,Customer Name,"
    "Customer Reference ID,Device Nickname,Third Party Fees,Deposit ID,Deposit Date,Deposit Details,"
    "Fee Percentage Rate,Fee Fixed Rate,Refund Reason,Discount Name,Transaction Status,Cash App,"
    "Order Reference ID,Fulfillment Note,Free Processing Applied,Channel,Unattributed Tips,Table Info,"
    "International Fee"
)


def write_sales(
    connection: duckdb.DuckDBPyConnection, folder: Path, chunk: Chunk, rates: Rates, truth: Truth
) -> None:
    """Items and transactions, a file a quarter. Needs `line`, `purchase`, `person`."""
    for statement in (_receipt_sql(chunk, rates), _item_sql(chunk, rates), _transaction_sql(chunk)):
        connection.execute(statement).fetchall()
    for table, header, text in (("till_item", ITEMS, _ITEM_TEXT), ("till_head", TRANSACTIONS, _HEAD_TEXT)):
        for (file,) in connection.execute(f"select distinct file from {table} order by file").fetchall():
            write_rows(connection, text.replace("$file", file), folder / file, header)
        truth.people(
            f"select '{SOURCE}', file, line, person_id, household_id from {table} join receipt using (p)"
            " join purchase using (p) where loyalty is not null or customer_name is not null"
        )
        truth.damage(f"select '{SOURCE}', file, line, bad, null from {table} where bad is not null")
        truth.damage(
            f"select '{SOURCE}', file, line, 'test_order', null from {table} join purchase using (p) where test"
        )
        truth.damage(
            f"select '{SOURCE}', file, line, 'junk_identifier', null from {table} join receipt using (p) where junk"
        )
    truth.orders(
        f"select '{SOURCE}', file, line, case when refund then refund_id else sale_id end,"
        " purchase_id || case when refund then '-refund' else '' end"
        " from till_head join receipt using (p) join purchase using (p)"
    )


def _receipt_sql(chunk: Chunk, rates: Rates) -> str:
    """What is the same on all lines of one visit to the till."""
    names = ", ".join(f"'{name}'" for name in store_names())
    return f"""
        create or replace table receipt as
        with visit as (
            select p, ts, test, c.*, u('shown', p, 0) < {rates.loyalty_shown} and c.loyalty <> '' as shown,
                u('junk', p, 0) < {rates.junk_identifier} as wrong,
                upper(md5('sale-{chunk.seed}-' || purchase_id)) as sale
            from purchase join person c on c.number = purchase.person
            where channel = {STORE}
        )
        select p, test, substr(sale, 1, 22) as sale_id, substr(sale, 2, 21) || 'R' as refund_id,
            substr(sale, 6, 24) as payment_id,
            coalesce(shown, false) as shown, wrong and not shown as junk,
            case when test then null when shown then loyalty when wrong
                then ['0000000000', 'null', 'anonymous', '9999999999'][1 + p % 4] end as loyalty,
            case when shown and square_id <> '' then square_id end as customer_id,
            case when shown and square_id <> '' then given || ' ' || family end as customer_name,
            case when u('card', p, 0) < {rates.card_paid} then card_brand else '' end as card_brand,
            case when u('card', p, 0) < {rates.card_paid} then card_digits else '' end as card_digits,
            ([{names}])[1 + floor(u('store', household_id, 0) * 3)::int + floor(u('shop', p, 0) * 1.3)::int] as place,
            'Till ' || 1 + floor(u('till', p, 0) * 4)::int as till,
            ts as sold, ts + to_minutes((600 + u('back', p, 0) * 14000)::int) as returned
        from visit
    """


_QUARTER = "case when year({0}) < 2017 then 1 when year({0}) > 2017 then 4 else quarter({0}) end".format(
    f"local_time(ts, '{ZONE}')"
)


def _item_sql(chunk: Chunk, rates: Rates) -> str:
    """A row a line sold, and a row a line brought back, with where it stands and what is broken in it."""
    missing = rates.negative_price + rates.missing_product
    absurd, broken = missing + rates.absurd_quantity, missing + rates.absurd_quantity + rates.broken_date
    return f"""
        create or replace table till_item as
        with sold as (
            select p, n, product, quantity, gross, discount, amount, sold as ts, false as refund
            from line join receipt using (p)
            where channel = {STORE}
            union all
            select p, n, product, -quantity, -amount, 0, -amount, returned, true
            from line join receipt using (p)
            where channel = {STORE} and quantity > 0 and amount > 0 and u('refund', p, n) < {rates.store_refund}
        ),
        placed as (
            select *, 'exports/square/items-2017Q' || {_QUARTER} || '{chunk.suffix}.csv' as file,
                case when refund then null
                    when u('till', p, n) < {rates.negative_price} then 'negative_price'
                    when u('till', p, n) < {missing} then 'missing_product'
                    when u('till', p, n) < {absurd} then 'absurd_quantity'
                    when u('till', p, n) < {broken} then 'broken_date'
                    when u('till', p, n) < {broken + rates.wrong_encoding} then 'wrong_encoding' end as bad
            from sold
        )
        select *, 1 + row_number() over (partition by file order by ts, p, refund, n) as line
        from placed order by file, line
    """


def _transaction_sql(chunk: Chunk) -> str:
    """A row a visit, and a row a refund of one."""
    return f"""
        create or replace table till_head as
        with summed as (
            select p, refund, any_value(ts) as ts, sum(gross)::bigint as gross, sum(discount)::bigint as discount,
                sum(amount)::bigint as amount,
                round(sum(case when taxable then amount else 0 end) * 0.06625)::bigint as tax
            from till_item join product using (product)
            group by p, refund
        ),
        placed as (
            select *, null::varchar as bad,
                'exports/square/transactions-2017Q' || {_QUARTER} || '{chunk.suffix}.csv' as file
            from summed
        )
        select *, 1 + row_number() over (partition by file order by ts, p, refund) as line
        from placed order by file, line
    """


_DOLLARS = "case when {0} < 0 then '-$' else '$' end || money(abs({0}))"
_WHEN = f"strftime(local_time(ts, '{ZONE}'), '%Y-%m-%d'), strftime(local_time(ts, '{ZONE}'), '%H:%M:%S')"
_ZONE_TEXT = "'Eastern Time (US & Canada)'"
_BAD_ITEM = "bad = 'missing_product'"
_ITEM_TEXT = f"""
    select concat_ws(',',
        case when bad is distinct from 'broken_date' then strftime(local_time(ts, '{ZONE}'), '%Y-%m-%d')
            else ['2017-02-30', '', '00/00/0000', '2017-13-01'][1 + p % 4] end,
        strftime(local_time(ts, '{ZONE}'), '%H:%M:%S'), {_ZONE_TEXT}, q(category),
        case when {_BAD_ITEM} then 'Custom Amount' else q(till_title) end,
        case when bad = 'absurd_quantity' then '99999999.0' else quantity || '.0' end, 'Regular',
        case when {_BAD_ITEM} then '' else coalesce(till_sku, '') end, '',
        case when bad = 'negative_price' then '-$' || money(abs(gross)) else {_DOLLARS.format("gross")} end,
        {_DOLLARS.format("-discount")},
        case when bad = 'negative_price' then '-$' || money(abs(amount)) else {_DOLLARS.format("amount")} end,
        {_DOLLARS.format("round(case when taxable then amount * 0.06625 else 0 end)::bigint")},
        case when refund then refund_id else sale_id end, payment_id, till,
        case when test then 'TEST' when bad = 'wrong_encoding' then 'customer' || chr({0xE000 + 0x92}) || 's own bag'
            else '' end,
        'https://app.squareup.example/receipts/' || sale_id, case when refund then 'Refund' else 'Payment' end, place, '',
        coalesce(customer_id, ''), q(customer_name), coalesce(loyalty, ''), case when fuel then 'gal' else 'ea' end,
        '1', case when {_BAD_ITEM} then '' else coalesce(till_gtin, '') end, 'Physical Good', '',
        'Staff ' || 1 + p % 23, '', place, substr(upper(md5(product::varchar)), 1, 24), card_brand, card_digits) as text
    from (select i.*, r.* exclude (p), d.* exclude (product)
        from till_item i join receipt r using (p) join product d using (product) where file = '$file')
    order by line
"""
_HEAD_TEXT = f"""
    select concat_ws(',', {_WHEN}, {_ZONE_TEXT}, {_DOLLARS.format("gross")}, {_DOLLARS.format("-discount")}, '$0.00',
        {_DOLLARS.format("amount")}, '$0.00', {_DOLLARS.format("tax")}, '$0.00', '$0.00', {_DOLLARS.format("amount + tax")},
        'Point of Sale', case when card_brand = '' then '$0.00' else {_DOLLARS.format("amount + tax")} end,
        case when card_brand = '' then 'N/A' else 'Dipped' end,
        case when card_brand = '' then {_DOLLARS.format("amount + tax")} else '$0.00' end, '$0.00', '$0.00', '', '', '$0.00',
        {_DOLLARS.format("amount + tax")}, case when refund then refund_id else sale_id end, payment_id, card_brand,
        card_digits, till, 'Staff ' || 1 + p % 23, '', 'https://app.squareup.example/receipts/' || sale_id,
        case when test then 'TEST' else '' end, case when refund then 'Refund' else 'Payment' end, place, '',
        coalesce(customer_id, ''), q(customer_name), coalesce(loyalty, ''), till, '$0.00', '', '', '', '2.6', '$0.10',
        case when refund then 'Returned Goods' else '' end, '', 'Complete', '$0.00', '', '', 'No', place, '', '', '')
        as text
    from (select h.*, r.* exclude (p) from till_head h join receipt r using (p) where file = '$file')
    order by line
"""
