-- What customers did from $moment to before $until, as it was known then. Money kept: what was bought in
-- that time and not cancelled in it, less what was given back in it.
select
    customer_id,
    count(distinct case when action = 'purchase' then order_id end) as bought,
    count(*) filter (where action = 'return') as returned,
    cast(sum(amount_minor) as bigint) as kept_minor
from scoring_events
where
    ts >= $moment
    and ts < $until
    and customer_id >= $low
    and customer_id < $high
    and action in ('purchase', 'return')
    and (void_ts is null or void_ts >= $until)
group by customer_id
order by customer_id
