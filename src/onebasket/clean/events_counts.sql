select
    count_if(
        $walled and event_ts is not null and time_zone is null
        and not ("time" like '%Z' or "time" like '%:%+__:__' or "time" like '%:%-__:__'
            or "time" like '%:%+____' or "time" like '%:%-____')
    ) as "events ts zone_assumed",
    count_if(act in ('purchase', 'return') and units is null) as "events quantity quantity_assumed",
    count_if(act in ('purchase', 'return') and amount_e4 is null and price_e4 is null)
        as "events amount_minor price_missing",
    count_if(act in ('purchase', 'return') and amount_e4 is null and price_e4 is not null)
        as "events amount_minor amount_computed",
    count_if(act = 'return' and said_action = 'purchase') as "events action turned_into_return",
    count_if(act = 'purchase' and order_said is null) as "events order_id named_by_line",
    count_if(order_id is not null and order_said is null) as "events order_id empty_text",
    count_if(product_key is not null and key_said is null) as "events product_key empty_text",
    count_if(currency is not null and currency_said is null) as "events currency empty_text",
    count_if(query is not null and query_said is null) as "events query empty_text",
    count_if(quantity is not null and quantity_said is null) as "events quantity empty_text",
    count_if(unit_price is not null and price_said is null) as "events unit_price_minor empty_text",
    count_if(amount is not null and amount_said is null) as "events amount_minor empty_text",
    count_if(discount is not null and discount_said is null) as "events discount_minor empty_text"
from clean_events_judged
where fault is null
