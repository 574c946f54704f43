select
    count_if(
        $walled and placed_ts is not null and time_zone is null
        and not ("time" like '%Z' or "time" like '%:%+__:__' or "time" like '%:%-__:__'
            or "time" like '%:%+____' or "time" like '%:%-____')
    ) as "orders ts zone_assumed",
    count_if(cancelled_said is not null and cancelled_ts is null) as "orders cancelled_ts unreadable",
    count_if(shipping_said is not null and shipping_e4 is null) as "orders shipping_minor unreadable",
    count_if(tax_said is not null and tax_e4 is null) as "orders tax_minor unreadable",
    count_if(discount_said is not null and discount_e4 is null) as "orders discount_minor unreadable",
    count_if(refunded_said is not null and refunded_e4 is null) as "orders refunded_minor unreadable",
    count_if(order_no is null) as "orders order_id named_by_line",
    count_if(order_id is not null and order_no is null) as "orders order_id empty_text",
    count_if(currency_said is null) as "orders currency currency_assumed",
    count_if(currency is not null and currency_said is null) as "orders currency empty_text"
from clean_orders_judged
where fault is null
