-- How often each customer did what where, strictly before $moment, lately and at all.
with earlier as (
    select customer_id, action, channel, date_diff('second', ts, $moment) as age_seconds
    from scoring_events
    where ts < $moment and customer_id >= $low and customer_id < $high
)
select
    customer_id,
    action,
    channel,
    count(*) filter (where age_seconds < 604800) as times_7d,
    count(*) filter (where age_seconds < 2592000) as times_30d,
    count(*) filter (where age_seconds < 7776000) as times_90d,
    count(*) as times,
    min(age_seconds) as last_seconds,
    max(age_seconds) as first_seconds
from earlier
group by customer_id, action, channel
order by customer_id, action, channel
