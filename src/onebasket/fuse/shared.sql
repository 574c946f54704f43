-- The timeline's lines of orders that several sources tell of: the first of each action and product.
-- `place` 1 is the first of the order.
select
    order_id,
    action,
    product_id,
    event_id,
    row_number() over (partition by order_id order by event_id) as place
from timeline
where action in ('purchase', 'return', 'cancel') and array_length(sources) > 1
qualify row_number() over (partition by order_id, action, product_id order by event_id) = 1
