-- When the first event was and the last purchase, and how many customers there are.
select
    min(ts) as first_ts,
    max(case when action = 'purchase' then ts end) as last_ts,
    count(distinct customer_id) as customers
from scoring_events
