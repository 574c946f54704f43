select
    count(*) filter (where unzoned) as "events ts zone_assumed",
    count(*) filter (where unit_assumed) as "events quantity quantity_assumed",
    count(*) filter (where unpriced) as "events amount_minor price_missing",
    count(*) filter (where computed) as "events amount_minor amount_computed",
    count(*) filter (where turned) as "events action turned_into_return",
    count(*) filter (where unnumbered) as "events order_id named_by_line",
    count(*) filter (where order_empty) as "events order_id empty_text",
    count(*) filter (where key_empty) as "events product_key empty_text",
    count(*) filter (where currency_empty) as "events currency empty_text",
    count(*) filter (where quantity_empty) as "events quantity empty_text",
    count(*) filter (where price_empty) as "events unit_price_minor empty_text",
    count(*) filter (where amount_empty) as "events amount_minor empty_text"
from clean_events_typed
where fault is null
