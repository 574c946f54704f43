select
    count_if(unzoned) as "orders ts zone_assumed",
    count_if(cancelled_unread) as "orders cancelled_ts unreadable",
    count_if(shipping_unread) as "orders shipping_minor unreadable",
    count_if(tax_unread) as "orders tax_minor unreadable",
    count_if(discount_unread) as "orders discount_minor unreadable",
    count_if(refunded_unread) as "orders refunded_minor unreadable",
    count_if(order_no is null) as "orders order_id named_by_line",
    count_if(order_empty) as "orders order_id empty_text",
    count_if(own_currency is null) as "orders currency currency_assumed",
    count_if(currency_empty) as "orders currency empty_text"
from clean_orders_judged
where fault is null
