-- What customers did, with the category of what it was about and when its order was cancelled, if it was
-- and the time is told.
with voids as (
    select k.fused_order_id as order_id, min(o.cancelled_ts) as void_ts
    from orders o
    join order_links k on k.source = o.source and k.order_id = o.order_id
    where o.cancelled_ts is not null
    group by k.fused_order_id
)
select
    t.customer_id,
    t.ts,
    t.action,
    t.channel,
    coalesce(t.order_id, t.event_id) as order_id,
    t.product_id,
    c.category_top,
    coalesce(t.amount_minor, 0) as amount_minor,
    coalesce(t.discount_minor, 0) as discount_minor,
    case when t.action = 'purchase' then v.void_ts end as void_ts
from timeline t
left join catalogue c on c.product_id = t.product_id
left join voids v on v.order_id = t.order_id
where t.customer_id is not null
