-- What was bought in the year before $moment, by how many, and its place among all: the most bought first.
with sold as (
    select
        about,
        target,
        count(distinct case when date_diff('second', ts, $moment) < 2592000 then customer_id end) as buyers_30d,
        count(distinct case when date_diff('second', ts, $moment) < 7776000 then customer_id end) as buyers_90d,
        count(distinct customer_id) as buyers_365d
    from scoring_lines
    where
        action = 'purchase'
        and ts < $moment
        and date_diff('second', ts, $moment) < 31536000
        and (void_ts is null or void_ts >= $moment)
    group by about, target
)
select
    about,
    target,
    buyers_30d,
    buyers_90d,
    buyers_365d,
    row_number() over (partition by about order by buyers_90d desc, buyers_365d desc, target) as place
from sold
