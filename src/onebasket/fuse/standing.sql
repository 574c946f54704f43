-- Running totals of every customer at every moment after its first event.
with grid as (
    select a.customer_id, a.first_ts, m.as_of
    from fuse_activity a
    join fuse_moments m on m.as_of > a.first_ts
)
select
    g.customer_id,
    g.as_of,
    g.first_ts,
    cast(sum(coalesce(c.orders, 0)) over told as bigint) as orders,
    cast(sum(coalesce(c.lines, 0)) over told as bigint) as lines,
    cast(sum(coalesce(c.amount_minor, 0)) over told as bigint) as amount_minor,
    cast(sum(coalesce(c.discount_minor, 0)) over told as bigint) as discount_minor,
    cast(sum(coalesce(c.value_minor, 0)) over told as bigint) as value_minor
from grid g
left join fuse_changes c on c.customer_id = g.customer_id and c.due = g.as_of
window told as (
    partition by g.customer_id order by g.as_of rows between unbounded preceding and current row
)
