-- What each customer's purchases, returns, cancellations and refunds add and take, by the first
-- moment that knows of it. A moment at a month's start knows the months before.
with moves as (
    select customer_id, ts, 1 as orders, lines, amount_minor, discount_minor, amount_minor as value_minor
    from fuse_purchases
    union all
    select l.customer_id, l.ts, -1, -p.lines, -p.amount_minor, -p.discount_minor, 0
    from fuse_losses l
    join fuse_purchases p on p.customer_id = l.customer_id and p.order_id = l.order_id
    where l.cancelled
    union all
    select customer_id, ts, 0, 0, 0, 0, -loss_minor from fuse_losses
    union all
    select customer_id, ts, 0, 0, 0, 0, coalesce(amount_minor, 0)
    from timeline
    where action = 'return' and customer_id is not null
),
timed as (
    select
        *,
        case
            when date_trunc('month', ts) + interval 1 month < $last_moment
                then date_trunc('month', ts) + interval 1 month
            else $last_moment
        end as due
    from moves
)
select
    customer_id,
    due,
    cast(sum(orders) as bigint) as orders,
    cast(sum(lines) as bigint) as lines,
    cast(sum(amount_minor) as bigint) as amount_minor,
    cast(sum(discount_minor) as bigint) as discount_minor,
    cast(sum(value_minor) as bigint) as value_minor
from timed
group by customer_id, due
