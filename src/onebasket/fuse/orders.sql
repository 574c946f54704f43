-- What all its tellers together know of an order, beside each telling. Cancelled or a test: if
-- one says so. Refunded: the most that one says. The customer is the leader's, else another's. The
-- channel is another's, else the leader's: books are kept in one place for several channels, but
-- an order is tracked where it was placed.
with told as (
    select
        k.fused_order_id,
        k.leader,
        case when k.leader then '' else h.source || '|' || h.order_id end as turn,
        h.source,
        s.channel,
        h.order_id,
        h.status,
        h.test,
        h.cancelled,
        h.cancelled_ts,
        h.refunded_minor,
        h.customer_id
    from order_links k
    join fuse_heads h on h.source = k.source and h.order_id = k.order_id
    left join sources s on s.source = h.source
),
fused as (
    select
        fused_order_id,
        coalesce(list_sort(list(distinct source) filter (where source is not null)), []) as sources,
        arg_min(customer_id, turn) filter (where customer_id is not null) as customer_id,
        arg_max(channel, turn) filter (where channel is not null) as channel,
        bool_or(test) as test,
        bool_or(cancelled) as cancelled,
        min(cancelled_ts) as cancelled_ts,
        bool_or(status = 'refunded') as refunded,
        max(refunded_minor) as refunded_minor
    from told
    group by fused_order_id
)
select t.source, t.order_id, t.leader, f.*
from told t
join fused f on f.fused_order_id = t.fused_order_id
