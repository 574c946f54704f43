"""The web site: Google Analytics 4 events as BigQuery exports them, a line of JSON each, without nulls."""

from __future__ import annotations

from pathlib import Path

import duckdb

from onebasket.demo.baskets import Chunk
from onebasket.demo.browsing import CART, CHECKOUT, LOGIN, PURCHASE, SEARCH, START, VIEW
from onebasket.demo.export import write_rows
from onebasket.demo.rates import Rates
from onebasket.demo.truth import Truth

SOURCE = "website"
_HOST = "https://shop.harbourhill.example"
_ZONE = "America/New_York"


def write_events(
    connection: duckdb.DuckDBPyConnection, folder: Path, chunk: Chunk, rates: Rates, truth: Truth
) -> None:
    """One gzip file a month. Needs the tables `event`, `line`, `product`, `purchase`, `shop_head`."""
    for statement in (_ITEM_SQL, _PURCHASE_SQL, _row_sql(chunk, rates)):
        connection.execute(statement).fetchall()
    for (file,) in connection.execute("select distinct file from web_row order by file").fetchall():
        write_rows(connection, _TEXT_SQL.replace("$file", file), folder / file)
    truth.tracked(SOURCE, "web_row", PURCHASE)


# The part of an item that is the same in every event.
_ITEM_SQL = """
    create or replace table web_item as
    select product, handle, lower(type) as words, round(cents * raised)::bigint as shown,
        concat_ws(',', text_field('item_id', sku), raw_field('item_name', to_json(web_title)),
            raw_field('item_brand', to_json(brand)), raw_field('item_category', to_json(department)),
            raw_field('item_category2', to_json(category))) as names
    from product
"""
# Purchases carry what was paid: the price of the order line, and the line's amount beside it.
_PURCHASE_SQL = """
    create or replace table web_purchase as
    select p, sum(quantity)::bigint as units, count(*) as lines,
        string_agg('{' || concat_ws(',', names, raw_field('price', money(price)), text_field('quantity',
        quantity),
            raw_field('item_revenue', money(amount))) || '}', ',' order by n) as items
    from line join web_item using (product) join shop_head using (p)
    group by p
"""


def _row_sql(chunk: Chunk, rates: Rates) -> str:
    """Where each event stands, file and line, and what is broken in it. Events sent twice stand twice."""
    return f"""
        create or replace table web_row as
        with placed as (
            select *, 0 as copy, ts as received from event
            union all
            select *, 1, ts + interval 90 second from event where u('web_twice', e, 0) < {rates.event_twice}
        ),
        dated as (
            select *, strftime(local_time(ts, '{_ZONE}'), '%Y%m') as month from placed
        ),
        filed as (
            select *, 'exports/ga4/events_' || least(greatest(month, '201701'), '201712')
                || '{chunk.suffix}.json.gz' as file
            from dated
        )
        select * exclude (month), row_number() over (partition by file order by received, e, copy) as line,
            case
                when u('web_bad', e, 0) < {rates.broken_event_time} then 'broken_date'
                when u('web_bad', e, 1) < {rates.missing_product} and kind in ({VIEW}, {CART})
                    then 'missing_product'
                when u('web_bad', e, 2) < {rates.junk_identifier} then 'junk_identifier'
            end as bad,
            case
                when u('web_device', hash(cookie), 1) < {rates.other_device}
                    and u('web_device', hash(cookie), session) < 0.3 then 0.9
                else u('web_device', hash(cookie), 0)
            end as device
        from filed
        order by file, line
    """


_NAME = (
    f"case kind when {START} then 'session_start' when {SEARCH} then 'search' when {VIEW} then 'view_item'"
    f" when {CART} then 'add_to_cart' when {CHECKOUT} then 'begin_checkout' when {PURCHASE} then 'purchase'"
    f" when {LOGIN} then 'login' end"
)
_DEVICE = """
    case when device < 0.40 then '"category":"desktop","operating_system":"Windows"'
        when device < 0.85 then '"category":"mobile","mobile_brand_name":"Apple","operating_system":"iOS"'
        else '"category":"tablet","mobile_brand_name":"Samsung","operating_system":"Android"' end
    || ',"language":"en-us","web_info":{"browser":"'
    || case when device < 0.40 or device >= 0.85 then 'Chrome' else 'Safari' end
    || '","hostname":"shop.harbourhill.example"}'
"""
_PAGE = f"""
    '"{_HOST}' || case when kind in ({VIEW}, {CART}) then '/products/' || handle
        when kind = {SEARCH} then '/search'
        when kind in ({CHECKOUT}, {PURCHASE}) then '/checkout' else '/' end || '"'
"""
_VALUE = "case when rounded then (total // 100) || '.0' else money(total) end"
_ORDER = "case when not numberless then '#' || order_number end"
_PARAMS = f"""
    concat_ws(',', whole_param('ga_session_id', start_us // 1000000),
        whole_param('ga_session_number', 1 + session % 9), text_param('page_location', {_PAGE}),
        case when kind = {SEARCH} then text_param('search_term', to_json(words)) end,
        case when kind in ({VIEW}, {CART}, {PURCHASE}) then text_param('currency', '"USD"') end,
        case when kind in ({VIEW}, {CART}) then number_param('value', money(shown)) end,
        case when kind = {PURCHASE} then concat_ws(',', text_param('transaction_id', '"' || {_ORDER} || '"'),
            number_param('value', {_VALUE}), number_param('tax', money(tax)),
            number_param('shipping', money(shipping))) end)
"""
_ECOMMERCE = f"""
    '{{' || concat_ws(',', text_field('total_item_quantity', units), text_field('unique_items', lines),
        raw_field('purchase_revenue_in_usd', {_VALUE}), raw_field('purchase_revenue', {_VALUE}),
        raw_field('shipping_value', money(shipping)), raw_field('tax_value', money(tax)),
        text_field('transaction_id', {_ORDER})) || '}}'
"""
_ITEMS = f"""
    case when kind in ({PURCHASE}, {CHECKOUT}) then items
        when kind in ({VIEW}, {CART}) then '{{' || concat_ws(',',
            case when bad = 'missing_product' then text_field('item_id', '(not set)') else names end,
            raw_field('price', money(shown)), text_field('quantity', '1')) || '}}' end
"""
_TEXT_SQL = f"""
    select '{{' || concat_ws(',', text_field('event_date', strftime(local_time(ts, '{_ZONE}'), '%Y%m%d')),
        text_field('event_timestamp', case when bad = 'broken_date'
            then ['0', '-1', '99999999999999999', ''][1 + e % 4] else epoch_us(ts)::varchar end),
        text_field('event_name', {_NAME}), raw_field('event_params', '[' || {_PARAMS} || ']'),
        text_field('event_bundle_sequence_id', session), text_field('batch_event_index', e),
        text_field('user_id', case when bad = 'junk_identifier' then 'anonymous' else account end),
        text_field('user_pseudo_id', cookie), raw_field('device', '{{' || {_DEVICE} || '}}'),
        '"geo":{{"continent":"Americas","country":"United States"}}',
        '"traffic_source":{{"name":"(direct)","medium":"(none)","source":"(direct)"}}',
        '"stream_id":"4411223344","platform":"WEB"',
        case when kind = {PURCHASE} then raw_field('ecommerce', {_ECOMMERCE}) end,
        raw_field('items', '[' || {_ITEMS} || ']')) || '}}' as text
    from (
        select r.* exclude (p), w.* exclude (product), f.* exclude (p), h.* exclude (p), order_number,
            numberless, rounded
        from web_row r
        left join web_item w using (product)
        left join web_purchase f using (p)
        left join shop_head h using (p)
        left join purchase using (p)
        where file = '$file'
    )
    order by line
"""
