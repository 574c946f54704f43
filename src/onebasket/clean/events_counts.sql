select
    count_if(unzoned) as "events ts zone_assumed",
    count_if(unit_assumed) as "events quantity quantity_assumed",
    count_if(unpriced) as "events amount_minor price_missing",
    count_if(computed) as "events amount_minor amount_computed",
    count_if(turned) as "events action turned_into_return",
    count_if(unnumbered) as "events order_id named_by_line",
    count_if(order_empty) as "events order_id empty_text",
    count_if(key_empty) as "events product_key empty_text",
    count_if(currency_empty) as "events currency empty_text",
    count_if(quantity_empty) as "events quantity empty_text",
    count_if(price_empty) as "events unit_price_minor empty_text",
    count_if(amount_empty) as "events amount_minor empty_text"
from clean_events_typed
where fault is null
