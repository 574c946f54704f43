-- What customers did, each one's the oldest first.
select
    customer_id,
    ts,
    event_id,
    action,
    channel,
    source,
    order_id,
    product_id,
    quantity,
    amount_minor
from timeline
where customer_id is not null
order by customer_id, ts, event_id
