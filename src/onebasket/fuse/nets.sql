-- What is left of the lines that lost something. Returned goods go first; then what the head says
-- was refunded beyond the returns that name the order, spread over its lines in proportion, to the
-- minor unit: each line bears the difference of two roundings of the running total. Shipping and
-- tax that were refunded are not the lines' loss. A cancelled order keeps nothing.
with named as (
    select order_id, -cast(sum(amount_minor) as bigint) as returned_minor
    from fuse_returns
    where order_id is not null
    group by order_id
),
heads as (
    select fused_order_id as order_id, refunded, refunded_minor from fuse_orders where leader
),
lines as (
    select
        s.source,
        s.file,
        s.line,
        s.item,
        s.order_id,
        s.cancelled,
        s.by_head,
        s.units - coalesce(t.tied_units, 0) as units,
        s.amount_minor - coalesce(t.tied_minor, 0) as left_minor,
        coalesce(h.refunded, false) and h.refunded_minor is null as wholly,
        coalesce(h.refunded_minor, 0) - coalesce(n.returned_minor, 0) as refund_minor
    from fuse_sold s
    join heads h on h.order_id = s.order_id
    left join fuse_tie_lines c on c.source = s.source and c.file = s.file and c.line = s.line and c.item = s.item
    left join fuse_ties t on t.code = c.code
    left join named n on n.order_id = s.order_id
),
summed as (
    select
        *,
        cast(sum(left_minor) over (partition by order_id) as bigint) as order_minor,
        cast(
            sum(left_minor) over (
                partition by order_id order by source, file, line, item
                rows between unbounded preceding and current row
            ) as bigint
        ) as up_to_minor
    from lines
),
refunds as (
    select
        *,
        case
            when not by_head or order_minor <= 0 then 0
            when wholly or refund_minor > order_minor then order_minor
            when refund_minor > 0 then refund_minor
            else 0
        end as loss_minor
    from summed
),
spread as (
    select
        *,
        cast(round(coalesce(loss_minor * (up_to_minor / nullif(order_minor, 0)), 0)) as bigint)
        - cast(
            round(coalesce(loss_minor * ((up_to_minor - left_minor) / nullif(order_minor, 0)), 0)) as bigint
        ) as share_minor
    from refunds
)
select
    source,
    file,
    line,
    item,
    case when cancelled or (loss_minor > 0 and loss_minor = order_minor) then cast(0 as double) else units end as net_quantity,
    case when cancelled then 0 else left_minor - share_minor end as net_amount_minor,
    case when cancelled then left_minor else share_minor end as by_head_minor
from spread
union all
select
    r.source,
    r.file,
    r.line,
    r.item,
    case when r.cancelled then cast(0 as double) else coalesce(t.tied_units, 0) - r.units end as net_quantity,
    case when r.cancelled then 0 else r.amount_minor + coalesce(t.tied_minor, 0) end as net_amount_minor,
    case when r.cancelled then r.amount_minor else 0 end as by_head_minor
from fuse_returns r
left join fuse_tie_lines c on c.source = r.source and c.file = r.file and c.line = r.line and c.item = r.item
left join fuse_ties t on t.code = c.code
