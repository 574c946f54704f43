select
    count(*) filter (where unzoned) as "orders ts zone_assumed",
    count(*) filter (where cancelled_unread) as "orders cancelled_ts unreadable",
    count(*) filter (where shipping_unread) as "orders shipping_minor unreadable",
    count(*) filter (where tax_unread) as "orders tax_minor unreadable",
    count(*) filter (where discount_unread) as "orders discount_minor unreadable",
    count(*) filter (where refunded_unread) as "orders refunded_minor unreadable",
    count(*) filter (where order_no is null) as "orders order_id named_by_line",
    count(*) filter (where order_empty) as "orders order_id empty_text",
    count(*) filter (where own_currency is null) as "orders currency currency_assumed",
    count(*) filter (where currency_empty) as "orders currency empty_text"
from clean_orders_judged
where fault is null
