-- What a customer did before a place in the timeline, the latest first.
select
    event_id,
    ts,
    action,
    channel,
    source,
    order_id,
    product_id,
    quantity,
    amount_minor
from timeline
where
    customer_id = $customer_id
    and (ts < $ts or (ts = $ts and event_id < $event_id))
order by ts desc, event_id desc
limit $most
