-- What order heads take off, and when it was known: a cancellation at its time, if that is told.
-- A refund without a time is known from the export on, so it counts at the last moment only.
with lost as (
    select s.customer_id, s.order_id, s.cancelled, s.ts, n.by_head_minor
    from fuse_nets n
    join fuse_sold s on s.source = n.source and s.file = n.file and s.line = n.line and s.item = n.item
    union all
    select r.customer_id, r.order_id, r.cancelled, r.ts, n.by_head_minor
    from fuse_nets n
    join fuse_returns r on r.source = n.source and r.file = n.file and r.line = n.line and r.item = n.item
),
heads as (
    select fused_order_id as order_id, cancelled_ts from fuse_orders where leader
)
select
    l.customer_id,
    l.order_id,
    l.cancelled,
    cast(sum(l.by_head_minor) as bigint) as loss_minor,
    max(
        case
            when l.cancelled and h.cancelled_ts < $last then
                case when h.cancelled_ts > l.ts then h.cancelled_ts else l.ts end
            else $last
        end
    ) as ts
from lost l
left join heads h on h.order_id = l.order_id
where l.customer_id is not null and (l.by_head_minor <> 0 or l.cancelled)
group by l.customer_id, l.order_id, l.cancelled
