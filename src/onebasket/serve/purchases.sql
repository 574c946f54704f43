-- What was bought and kept, by whom, and in which order.
select
    customer_id,
    product_id,
    order_id,
    ts
from timeline
where
    action = 'purchase'
    and net_quantity > 0
    and product_id is not null
order by ts, event_id
