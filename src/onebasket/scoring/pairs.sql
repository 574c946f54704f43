-- Customers and what they may buy: what they bought in the year before $moment, the $own they bought most,
-- and the $most that all bought most. Beside each what the customer did about it before, and whether it
-- was bought from $moment to before $until.
with earlier as (
    select customer_id, target, action, order_id, date_diff('second', ts, $moment) as age_seconds
    from scoring_lines
    where
        about = $about
        and ts < $moment
        and customer_id >= $low
        and customer_id < $high
        and date_diff('second', ts, $moment) < 31536000
        and (void_ts is null or void_ts >= $moment)
),
told as (
    select
        customer_id,
        target,
        count(distinct case when action = 'purchase' and age_seconds < 2592000 then order_id end) as bought_30d,
        count(distinct case when action = 'purchase' and age_seconds < 7776000 then order_id end) as bought_90d,
        count(distinct case when action = 'purchase' then order_id end) as bought_365d,
        min(case when action = 'purchase' then age_seconds end) as bought_last,
        max(case when action = 'purchase' then age_seconds end) as bought_first,
        count(*) filter (where action = 'view' and age_seconds < 2592000) as viewed_30d,
        count(*) filter (where action = 'cart' and age_seconds < 2592000) as carted_30d,
        min(case when action <> 'purchase' then age_seconds end) as seen_last
    from earlier
    group by customer_id, target
),
own as (
    select customer_id, target
    from told
    where bought_365d > 0
    qualify row_number() over (partition by customer_id order by bought_365d desc, bought_last, target) <= $own
),
offered as (
    select customer_id, target from own
    union
    select w.customer_id, p.target
    from (select distinct customer_id from earlier) w
    cross join scoring_popular p
    where p.about = $about and p.place <= $most
),
later as (
    select distinct customer_id, target
    from scoring_lines
    where
        about = $about
        and action = 'purchase'
        and ts >= $moment
        and ts < $until
        and customer_id >= $low
        and customer_id < $high
        and (void_ts is null or void_ts >= $until)
)
select
    o.customer_id,
    o.target,
    t.* exclude (customer_id, target),
    p.* exclude (about, target),
    case when l.target is null then 0 else 1 end as goal
from offered o
left join told t on t.customer_id = o.customer_id and t.target = o.target
left join scoring_popular p on p.about = $about and p.target = o.target
left join later l on l.customer_id = o.customer_id and l.target = o.target
order by o.customer_id, o.target
