-- What each customer ordered strictly before $moment, as it was known then: an order counts until it is
-- cancelled, a return from its own time on. Whole numbers only, so that no sum depends on its order.
with earlier as (
    select *, date_diff('second', ts, $moment) as age_seconds
    from scoring_events
    where
        ts < $moment
        and customer_id >= $low
        and customer_id < $high
        and action in ('purchase', 'return')
        and (void_ts is null or void_ts >= $moment)
),
heads as (
    select
        customer_id,
        order_id,
        max(age_seconds) as age_seconds,
        min(cast(ts as date)) as day,
        count(*) as lines,
        cast(sum(amount_minor) as bigint) as amount_minor,
        cast(sum(discount_minor) as bigint) as discount_minor
    from earlier
    where action = 'purchase'
    group by customer_id, order_id
),
ordered as (
    select
        customer_id,
        count(*) filter (where age_seconds < 604800) as orders_7d,
        count(*) filter (where age_seconds < 2592000) as orders_30d,
        count(*) filter (where age_seconds < 7776000) as orders_90d,
        count(*) filter (where age_seconds < 31536000) as orders_365d,
        count(*) as orders,
        cast(sum(lines) as bigint) as lines,
        cast(sum(amount_minor) as bigint) as amount_minor,
        cast(sum(case when age_seconds < 2592000 then amount_minor else 0 end) as bigint) as amount_30d,
        cast(sum(case when age_seconds < 7776000 then amount_minor else 0 end) as bigint) as amount_90d,
        cast(sum(case when age_seconds < 31536000 then amount_minor else 0 end) as bigint) as amount_365d,
        cast(sum(discount_minor) as bigint) as discount_minor,
        max(amount_minor) as largest_minor,
        min(age_seconds) as last_seconds,
        max(age_seconds) as first_seconds,
        count(distinct case when age_seconds < 7862400 then age_seconds // 604800 end) as weeks_of_13
    from heads
    group by customer_id
),
days as (
    select
        customer_id,
        date_diff('day', cast(before as date), cast(day as date)) as gap
    from (
        select customer_id, day, lag(day) over (partition by customer_id order by day) as before
        from (select distinct customer_id, day from heads) visited
    ) pairs
),
gaps as (
    select
        customer_id,
        count(gap) as gaps,
        cast(sum(gap) as bigint) as gap_days,
        cast(sum(gap * gap) as bigint) as gap_squares,
        max(gap) as longest_days
    from days
    group by customer_id
),
kinds as (
    select
        customer_id,
        count(distinct case when action = 'purchase' and age_seconds < 7776000 then product_id end) as products_90d,
        count(distinct case when action = 'purchase' and age_seconds < 7776000 then category_top end) as categories_90d,
        count(*) filter (where action = 'return' and age_seconds < 7776000) as returns_90d,
        count(*) filter (where action = 'return') as returns,
        cast(sum(case when action = 'return' then amount_minor else 0 end) as bigint) as returned_minor
    from earlier
    group by customer_id
)
select
    k.*,
    o.* exclude (customer_id),
    g.* exclude (customer_id)
from kinds k
left join ordered o on o.customer_id = k.customer_id
left join gaps g on g.customer_id = k.customer_id
order by k.customer_id
