-- What people had to do with products since a moment, whoever they were.
select product_id, ts
from timeline
where
    ts >= $since
    and product_id is not null
    and action in ('view', 'cart', 'purchase')
    and (action <> 'purchase' or net_quantity > 0)
order by ts, event_id
