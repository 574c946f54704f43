-- What known customers bought and kept.
select
    customer_id,
    product_id,
    ts
from timeline
where
    action = 'purchase'
    and net_quantity > 0
    and customer_id is not null
    and product_id is not null
