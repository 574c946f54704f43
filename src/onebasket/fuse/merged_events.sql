-- Every event of $source that is not in the timeline, with the one that stands for it: the leader's
-- line of the same action and product, else the first line of the order.
with out_of_it as (
    select
        e.source,
        e.file,
        e.line,
        e.item,
        e.action,
        o.fused_order_id,
        p.product_id,
        e.test or coalesce(o.test, false) as test
    from events e
    left join fuse_orders o
        on o.source = e.source and o.order_id = e.order_id and (o.test or not o.leader)
    left join product_links p on p.source = e.source and p.product_key = e.product_key
    where
        e.source = $source
        and (e.test or (e.action in ('purchase', 'return', 'cancel') and o.source is not null))
)
select
    m.source,
    m.file,
    m.line,
    m.item,
    case when not m.test then coalesce(s.event_id, f.event_id) end as event_id,
    case when m.test then 'test_order' else 'same_order' end as why
from out_of_it m
left join fuse_shared s on s.order_id = m.fused_order_id and s.action = m.action and s.product_id = m.product_id
left join fuse_shared f on f.order_id = m.fused_order_id and f.place = 1
