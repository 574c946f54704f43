"""The app: Segment's track and identify calls, a line of JSON each."""

from __future__ import annotations

from pathlib import Path

import duckdb

from onebasket.demo.baskets import Chunk
from onebasket.demo.browsing import (
    CART,
    CHECKOUT,
    LOGIN,
    PURCHASE,
    SEARCH,
    START,
    STORE_KIOSK,
    VIEW,
)
from onebasket.demo.export import write_rows
from onebasket.demo.rates import Rates
from onebasket.demo.truth import Truth

SOURCE = "app"


def write_events(
    connection: duckdb.DuckDBPyConnection, folder: Path, chunk: Chunk, rates: Rates, truth: Truth
) -> None:
    """One gzip file a quarter. Needs `event`, `line`, `product`, `purchase`, `shop_head`, `person`."""
    for statement in (_ITEM_SQL, _PURCHASE_SQL, _row_sql(chunk, rates)):
        connection.execute(statement).fetchall()
    for (file,) in connection.execute("select distinct file from app_row order by file").fetchall():
        write_rows(connection, _TEXT_SQL.replace("$file", file), folder / file)
    truth.tracked(SOURCE, "app_row", PURCHASE)


_ITEM_SQL = """
    create or replace table app_item as
    select product, lower(type) as words, round(cents * raised)::bigint as shown,
        concat_ws(',', text_field('product_id', sku), text_field('sku', sku)) as keys,
        concat_ws(',', raw_field('name', to_json(web_title)), raw_field('brand', to_json(brand)),
            raw_field('category', to_json(category))) as names
    from product
"""
_PURCHASE_SQL = """
    create or replace table app_purchase as
    select p,
        string_agg('{' || concat_ws(',', keys, names, raw_field('price', money(price)),
        raw_field('quantity', quantity))
            || '}', ',' order by n) as items
    from line join app_item using (product) join shop_head using (p)
    group by p
"""


def _row_sql(chunk: Chunk, rates: Rates) -> str:
    """Where each event stands, file and line, and what is broken in it. Events sent twice stand twice."""
    return f"""
        create or replace table app_row as
        with placed as (
            select *, 0 as copy, ts as received from event
            union all
            select *, 1, ts + interval 40 second from event where u('app_twice', e, 0) < {rates.event_twice}
        ),
        filed as (
            select *, 'exports/app/events-2017Q' || part_of_year(ts) || '{chunk.suffix}.ndjson.gz' as file
            from placed
        )
        select *, row_number() over (partition by file order by received, e, copy) as line,
            case
                when u('app_bad', e, 0) < {rates.broken_event_time} then 'broken_date'
                when u('app_bad', e, 1) < {rates.missing_product} and kind in ({VIEW}, {CART})
                    then 'missing_product'
                when u('app_bad', e, 2) < {rates.junk_identifier} then 'junk_identifier'
            end as bad,
            u('app_phone', e, 0) < 0.6 as phone_told,
            md5('{chunk.seed}-{chunk.number}-' || e) as message
        from filed
        order by file, line
    """


_EVENT = (
    f"case kind when {START} then 'Application Opened' when {SEARCH} then 'Products Searched' when {VIEW}"
    f" then 'Product Viewed' when {CART} then 'Product Added' when {CHECKOUT} then 'Checkout Started'"
    f" when {PURCHASE} then 'Order Completed' end"
)
_MESSAGE = (
    "concat_ws('-', message[1:8], message[9:12], '4' || message[14:16],"
    " 'b' || message[18:20], message[21:32])"
)
_TIME = "strftime({}, '%Y-%m-%dT%H:%M:%S.%gZ')"
_CONTEXT = """
    '{"app":{"name":"Harbour & Hill","version":"2.3.1"},"device":{"id":"' || device || '","type":"'
        || case when device < '9' then 'ios' else 'android' end
        || '"},"library":{"name":"analytics-mobile","version":"4.0.2"},"locale":"en-US"}'
"""
_ORDER = """
    text_field('order_id', case when not numberless then '#' || order_number end),
    text_field('checkout_id', 'c' || order_number),
    raw_field('total', case when rounded then (total // 100)::varchar else money(total) end),
    raw_field('revenue', money(subtotal)), raw_field('shipping', money(shipping)), raw_field('tax',
    money(tax)),
    raw_field('discount', money(head_discount))
"""
_PROPERTIES = f"""
    case
        when kind in ({VIEW}, {CART}) then concat_ws(',',
            case when bad = 'missing_product' then text_field('product_id', '') else keys end, names,
            raw_field('price', money(shown)), raw_field('quantity', '1'), text_field('currency', 'USD'))
        when kind = {SEARCH} then raw_field('query', to_json(words))
        when kind in ({CHECKOUT}, {PURCHASE}) then concat_ws(',',
            case when kind = {PURCHASE} then concat_ws(',', {_ORDER}) end,
            text_field('currency', 'USD'), raw_field('products', '[' || items || ']'))
        else text_field('version', '2.3.1')
    end
"""
_TRAITS = """
    concat_ws(',', raw_field('email', to_json(case when epoch_us(ts) >= email_from_us
        then email_later else email end)),
        raw_field('firstName', to_json(given)), raw_field('lastName', to_json(family)),
        case when phone_told then text_field('phone', phone) end)
"""
_TEXT_SQL = f"""
    select '{{' || concat_ws(',', text_field('anonymousId', cookie),
        text_field('userId', case when bad = 'junk_identifier' then 'null' else account end),
        text_field('messageId', {_MESSAGE}),
        text_field('timestamp', case when bad = 'broken_date'
            then ['0000-00-00T00:00:00.000Z', 'yesterday', ''][1 + e % 3] else {_TIME.format("ts")} end),
        text_field('receivedAt', {_TIME.format("received + interval 2 second")}),
        raw_field('context', {_CONTEXT}),
        case when kind = {LOGIN}
            then '"type":"identify","traits":{{' || {_TRAITS} || '}}'
            else '"type":"track","event":"' || {_EVENT} || '","properties":{{' || {_PROPERTIES} || '}}' end
        ) || '}}' as text
    from (
        select r.* exclude (p, person_id, household_id), d.* exclude (product), f.* exclude (p),
            subtotal, shipping, tax, total, h.discount as head_discount, order_number, numberless, rounded,
            n.given, n.family, n.email, n.email_later, n.email_from_us, n.phone,
            upper(md5('device' || case when cookie = '{STORE_KIOSK}' then cookie else o.person_id end)[1:16])
                as device
        from app_row r
        left join app_item d using (product)
        left join app_purchase f using (p)
        left join shop_head h using (p)
        left join purchase using (p)
        join person n on n.number = r.actor
        join person o on o.number = r.owner
        where file = '$file'
    )
    order by line
"""
