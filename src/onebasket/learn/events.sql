-- All that known customers did; of purchases what they kept. A checkout says again what its purchase says.
select
    customer_id,
    product_id,
    ts,
    action,
    channel,
    quantity,
    amount_minor
from timeline
where
    customer_id is not null
    and action <> 'checkout'
    and (action <> 'purchase' or net_quantity > 0)
