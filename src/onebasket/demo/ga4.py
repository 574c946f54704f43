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
HOST = "https://shop.harbourhill.example"
_ZONE = "America/New_York"
_NAMES = (
    f"case kind when {START} then 'session_start' when {SEARCH} then 'search' when {VIEW} then 'view_item'"
    f" when {CART} then 'add_to_cart' when {CHECKOUT} then 'begin_checkout' when {PURCHASE} then 'purchase'"
    f" when {LOGIN} then 'login' end"
)


def write_events(
    connection: duckdb.DuckDBPyConnection, folder: Path, chunk: Chunk, rates: Rates, truth: Truth
) -> None:
    """One gzip file a month from the table `event`."""
    for statement in (_item_sql(), _PURCHASE_SQL, _row_sql(chunk, rates)):
        connection.execute(statement).fetchall()
    files = connection.execute("select distinct file from web_row order by file").fetchall()
    for (file,) in files:
        write_rows(
            connection,
            _TEXT_SQL.replace("$file", file).replace("$other", str(rates.other_device)),
            folder / file,
        )
    truth.people(f"select '{SOURCE}', file, line, person_id, household_id from web_row")
    truth.orders(
        f"select '{SOURCE}', file, line, case when numberless then null else '#' || order_number end, purchase_id"
        f" from web_row join purchase using (p) where kind = {PURCHASE}"
    )
    truth.damage(f"select '{SOURCE}', file, line, bad, null from web_row where bad is not null")
    truth.damage(f"select '{SOURCE}', file, line, 'sent_twice', null from web_row where copy = 1")
    truth.damage(
        f"select '{SOURCE}', file, line, 'no_transaction_id', null from web_row join purchase using (p)"
        f" where kind = {PURCHASE} and numberless"
    )


def _item_sql() -> str:
    """The part of an item that is the same in every event."""
    return """
        create or replace table web_item as
        select product, '{"item_id":"' || sku || '","item_name":' || to_json(web_title) || ',"item_brand":'
            || to_json(brand) || ',"item_category":' || to_json(department) || ',"item_category2":'
            || to_json(category) || ',"price":' || money(round(cents * raised)) as head,
            round(cents * raised)::bigint as shown, handle, lower(type) as words
        from product
    """


# Purchases carry what was really paid: the price of the order line, and the line's discount beside it.
_PURCHASE_SQL = """
    create or replace table web_purchase as
    select p,
        string_agg(
            regexp_replace(head, '"price":.*$', '"price":' || money(price)) || ',"quantity":"' || quantity
                || '","item_revenue":' || money(amount) || '}', ',' order by n
        ) as items,
        sum(quantity)::bigint as units, count(*) as lines
    from line join web_item using (product) join shop_head using (p)
    group by p
"""


def _row_sql(chunk: Chunk, rates: Rates) -> str:
    """Where each event stands: file and line; events sent twice stand twice."""
    return f"""
        create or replace table web_row as
        with placed as (
            select *, 0 as copy, ts as received from event
            union all
            select *, 1, ts + interval 90 second from event where u('web_twice', e, 0) < {rates.event_twice}
        ),
        dated as (
            select *, least(greatest(strftime(local_time(ts, '{_ZONE}'), '%Y%m'), '201701'), '201712') as month
            from placed
        )
        select *, 'exports/ga4/events_' || month || '{chunk.suffix}.json.gz' as file,
            row_number() over (partition by month order by received, e, copy) as line,
            case
                when u('web_bad', e, 0) < {rates.broken_date / 4} then 'broken_date'
                when u('web_bad', e, 0) < {rates.broken_date / 4 + rates.missing_product}
                    and kind in ({VIEW}, {CART}) then 'missing_product'
                when u('web_bad', e, 1) < {rates.junk_identifier} then 'junk_identifier'
            end as bad,
            u('web_device', hash(cookie), 0) as device_draw, u('web_other', hash(cookie), session) as other_draw
        from dated
        order by file, line
    """


_BROWSER = '"web_info":{"browser":"%s","browser_version":"%s","hostname":"shop.harbourhill.example"}}'
_DEVICE = f"""case
    when device_draw + case when device_draw < $other and other_draw < 0.3 then 0.5 else 0 end < 0.40
        then '{{"category":"desktop","operating_system":"Windows","language":"en-us",{_BROWSER % ("Chrome", "57.0")}'
    when device_draw < 0.85
        then '{{"category":"mobile","mobile_brand_name":"Apple","mobile_model_name":"iPhone",'
            || '"operating_system":"iOS","language":"en-us",{_BROWSER % ("Safari", "10.1")}'
    else '{{"category":"tablet","mobile_brand_name":"Samsung","operating_system":"Android",'
            || '"language":"en-us",{_BROWSER % ("Chrome", "56.0")}'
    end"""
_VALUE = "case when rounded then (total // 100)::varchar || '.0' else money(total) end"
_PARAMS = f"""'{{"key":"ga_session_id","value":{{"int_value":"' || start_us // 1000000 || '"}}}}'
    || ',{{"key":"ga_session_number","value":{{"int_value":"' || 1 + session % 9 || '"}}}}'
    || ',{{"key":"page_location","value":{{"string_value":"{HOST}' || case
        when kind in ({VIEW}, {CART}) then '/products/' || handle when kind = {SEARCH} then '/search'
        when kind in ({CHECKOUT}, {PURCHASE}) then '/checkout' else '/' end || '"}}}}'
    || case when kind = {SEARCH} then ',{{"key":"search_term","value":{{"string_value":' || to_json(words) || '}}}}'
        when kind in ({VIEW}, {CART}) then ',{{"key":"currency","value":{{"string_value":"USD"}}}},{{"key":"value","value":'
            || '{{"double_value":' || money(shown) || '}}}}'
        when kind = {PURCHASE} then case when numberless then '' else ',{{"key":"transaction_id","value":{{"string_value":"#'
            || order_number || '"}}}}' end || ',{{"key":"currency","value":{{"string_value":"USD"}}}},{{"key":"value",'
            || '"value":{{"double_value":' || {_VALUE} || '}}}},{{"key":"tax","value":{{"double_value":' || money(tax)
            || '}}}},{{"key":"shipping","value":{{"double_value":' || money(shipping) || '}}}}'
        else '' end"""
_ECOMMERCE = f"""case when kind = {PURCHASE} then ',"ecommerce":{{"total_item_quantity":"' || units
    || '","purchase_revenue_in_usd":' || {_VALUE} || ',"purchase_revenue":' || {_VALUE} || ',"shipping_value":'
    || money(shipping) || ',"tax_value":' || money(tax) || ',"unique_items":"' || lines || '"'
    || case when numberless then '' else ',"transaction_id":"#' || order_number || '"' end || '}}' else '' end"""
_ITEMS = f"""case when kind in ({PURCHASE}, {CHECKOUT}) then ',"items":[' || items || ']'
    when kind in ({VIEW}, {CART}) then ',"items":['
        || case when bad = 'missing_product' then '{{"item_id":"(not set)"' else head end || ',"quantity":"1"}}]'
    else '' end"""
_TEXT_SQL = f"""
    select '{{"event_date":"' || strftime(local_time(ts, '{_ZONE}'), '%Y%m%d') || '","event_timestamp":"'
        || case when bad = 'broken_date' then ['0', '-1', '99999999999999999', ''][1 + e % 4] else epoch_us(ts)::varchar end
        || '","event_name":"' || {_NAMES} || '","event_params":[' || {_PARAMS}
        || '],"event_bundle_sequence_id":"' || session || '","batch_event_index":"' || e
        || coalesce('","user_id":"' || case when bad = 'junk_identifier' then 'anonymous' else account end, '')
        || '","user_pseudo_id":"' || cookie || '","device":' || {_DEVICE}
        || ',"geo":{{"continent":"Americas","country":"United States"}},"traffic_source":{{"name":"(direct)","medium":'
        || '"(none)","source":"(direct)"}},"stream_id":"4411223344","platform":"WEB"' || {_ECOMMERCE} || {_ITEMS} || '}}'
        as text
    from (
        select r.* exclude (p), w.* exclude (product), f.* exclude (p), h.* exclude (p), order_number, numberless, rounded
        from web_row r
        left join web_item w using (product)
        left join web_purchase f using (p)
        left join shop_head h using (p)
        left join purchase using (p)
        where file = '$file'
    )
    order by line
"""
