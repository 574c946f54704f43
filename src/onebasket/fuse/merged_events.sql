-- Every event that is not in the timeline, with the one that stands for it: the leader's line of
-- the same action and product, else of the same product, else the first line of the order.
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
    left join fuse_orders o on o.source = e.source and o.order_id = e.order_id
    left join product_links p on p.source = e.source and p.product_key = e.product_key
    where
        e.test
        or (
            e.action in ('purchase', 'return', 'cancel')
            and (coalesce(o.test, false) or not coalesce(o.leader, true))
        )
),
shared as (
    select source, order_id, fused_order_id
    from fuse_orders
    where leader and not test and array_length(sources) > 1
),
lines as (
    select
        s.fused_order_id,
        e.action,
        p.product_id,
        min(
            md5(e.source || '|' || e.file || '|' || cast(e.line as varchar) || '|' || cast(e.item as varchar))
        ) as event_id
    from events e
    join shared s on s.source = e.source and s.order_id = e.order_id
    left join product_links p on p.source = e.source and p.product_key = e.product_key
    where e.action in ('purchase', 'return', 'cancel') and not e.test
    group by s.fused_order_id, e.action, p.product_id
),
products as (
    select fused_order_id, product_id, min(event_id) as event_id from lines group by fused_order_id, product_id
),
firsts as (
    select fused_order_id, min(event_id) as event_id from lines group by fused_order_id
)
select
    m.source,
    m.file,
    m.line,
    m.item,
    case when not m.test then coalesce(l.event_id, p.event_id, f.event_id) end as event_id,
    case when m.test then 'test_order' else 'same_order' end as why
from out_of_it m
left join lines l
    on l.fused_order_id = m.fused_order_id and l.action = m.action and l.product_id = m.product_id
left join products p on p.fused_order_id = m.fused_order_id and p.product_id = m.product_id
left join firsts f on f.fused_order_id = m.fused_order_id
