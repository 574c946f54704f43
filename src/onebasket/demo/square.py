"""The stores: Square's item and transaction exports."""

from __future__ import annotations

from pathlib import Path

import duckdb

from onebasket.demo.baskets import STORE, Chunk
from onebasket.demo.export import csv_row, single_bytes, write_rows
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
    "Other Tender Type,Tender Note,Fees,Net Total,Transaction ID,Payment ID,Card Brand,PAN Suffix,"
    "Device Name,"
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
        truth.broken(SOURCE, table)
        truth.damage(
            f"select '{SOURCE}', file, line, 'test_order', null from {table} join purchase using (p)"
            " where test"
        )
        truth.damage(
            f"select '{SOURCE}', file, line, 'junk_identifier', null from {table} join receipt using (p)"
            " where junk"
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
            select p, ts, test, c.*,
                u('shown', p, 0) < {rates.loyalty_shown} and c.loyalty <> '' and not test as shown,
                u('junk', p, 0) < {rates.junk_identifier} as wrong,
                upper(md5('sale-{chunk.seed}-' || purchase_id)) as sale
            from purchase join person c on c.number = purchase.person
            where channel = {STORE}
        )
        select p, test, substr(sale, 1, 22) as sale_id, substr(sale, 2, 21) || 'R' as refund_id,
            substr(sale, 6, 24) as payment_id,
            shown, wrong and not shown as junk,
            case when test then null when shown then loyalty when wrong
                then ['0000000000', 'null', 'anonymous', '9999999999'][1 + p % 4] end as loyalty,
            case when shown and square_id <> '' then square_id end as customer_id,
            case when shown and square_id <> '' then given || ' ' || family end as customer_name,
            case when u('card', p, 0) < {rates.card_paid} then card_brand else '' end as card_brand,
            case when u('card', p, 0) < {rates.card_paid} then card_digits else '' end as card_digits,
            ([{names}])[1 + floor(u('store', household_id, 0) * 6 + u('shop', p, 0) * 2)::int] as place,
            'Till ' || 1 + floor(u('till', p, 0) * 4)::int as till,
            ts as sold, ts + to_minutes((600 + u('back', p, 0) * 14000)::int) as returned
        from visit
    """


_QUARTER = f"part_of_year(local_time(ts, '{ZONE}'))"


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
            where channel = {STORE} and quantity > 0 and amount > 0 and u('refund', p,
            n) < {rates.store_refund}
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
            select p, refund, any_value(ts) as ts, sum(gross)::bigint as gross,
                sum(discount)::bigint as discount,
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


_NOTE = single_bytes(b"customer\x92s own bag")
_DATE = f"strftime(local_time(ts, '{ZONE}'), '%Y-%m-%d')"
_BAD_DATES = "['2017-02-30', '', '00/00/0000', '2017-13-01']"
_NO_PRODUCT = "bad = 'missing_product'"
_VISIT_CELLS = {  # what items and transactions both say
    "Date": f"case when bad = 'broken_date' then {_BAD_DATES}[1 + p % 4] else {_DATE} end",
    "Time": f"strftime(local_time(ts, '{ZONE}'), '%H:%M:%S')",
    "Time Zone": "'Eastern Time (US & Canada)'",
    "Gross Sales": "dollars(case when bad = 'negative_price' then -gross else gross end)",
    "Discounts": "dollars(-discount)",
    "Net Sales": "dollars(case when bad = 'negative_price' then -amount else amount end)",
    "Tax": "dollars(tax)",
    "Transaction ID": "case when refund then refund_id else sale_id end",
    "Payment ID": "payment_id",
    "Device Name": "till",
    "Details": "'https://app.squareup.example/receipts/' || sale_id",
    "Event Type": "case when refund then 'Refund' else 'Payment' end",
    "Location": "place",
    "Customer ID": "customer_id",
    "Customer Name": "q(customer_name)",
    "Customer Reference ID": "loyalty",
    "Channel": "place",
    "Card Brand": "card_brand",
    "PAN Suffix": "card_digits",
}
_ITEM_CELLS = {
    **_VISIT_CELLS,
    "Category": "q(category)",
    "Item": f"case when {_NO_PRODUCT} then 'Custom Amount' else q(till_title) end",
    "Qty": "case when bad = 'absurd_quantity' then 99999999 else quantity end || '.0'",
    "Price Point Name": "'Regular'",
    "SKU": f"case when {_NO_PRODUCT} then '' else till_sku end",
    "Notes": f"case when test then 'TEST' when bad = 'wrong_encoding' then '{_NOTE}' end",
    "Unit": "case when fuel then 'gal' else 'ea' end",
    "Count": "1",
    "GTIN": f"case when {_NO_PRODUCT} then '' else till_gtin end",
    "Itemization Type": "'Physical Good'",
    "Employee": "'Staff ' || 1 + p % 23",
    "Token": "upper(md5(product::varchar)[1:24])",
}
_ITEM_TEXT = f"""
    select {csv_row(ITEMS, _ITEM_CELLS)} as text
    from (
        select i.*, r.* exclude (p), d.* exclude (product),
            round(case when taxable then amount * 0.06625 else 0 end)::bigint as tax
        from till_item i join receipt r using (p) join product d using (product)
        where file = '$file'
    )
    order by line
"""
_HEAD_CELLS = {
    **_VISIT_CELLS,
    "Service Charges": "'$0.00'",
    "Gift Card Sales": "'$0.00'",
    "Tip": "'$0.00'",
    "Partial Refunds": "'$0.00'",
    "Total Collected": "dollars(amount + tax)",
    "Source": "'Point of Sale'",
    "Card": "dollars(case when card_brand = '' then 0 else amount + tax end)",
    "Card Entry Methods": "case when card_brand = '' then 'N/A' else 'Dipped' end",
    "Cash": "dollars(case when card_brand = '' then amount + tax else 0 end)",
    "Square Gift Card": "'$0.00'",
    "Other Tender": "'$0.00'",
    "Fees": "'$0.00'",
    "Net Total": "dollars(amount + tax)",
    "Staff Name": "'Staff ' || 1 + p % 23",
    "Description": "case when test then 'TEST' end",
    "Device Nickname": "till",
    "Third Party Fees": "'$0.00'",
    "Fee Percentage Rate": "'2.6'",
    "Fee Fixed Rate": "'$0.10'",
    "Refund Reason": "case when refund then 'Returned Goods' end",
    "Transaction Status": "'Complete'",
    "Cash App": "'$0.00'",
    "Free Processing Applied": "'No'",
}
_HEAD_TEXT = f"""
    select {csv_row(TRANSACTIONS, _HEAD_CELLS)} as text
    from (select h.*, r.* exclude (p) from till_head h join receipt r using (p) where file = '$file')
    order by line
"""
