-- How many rows of each source tell of each seven days, counted back from its last one.
with told as (
    select source, ts from orders
    union all
    select source, ts from events
),
ends as (
    select source, max(ts) as last_ts from told group by source
),
aged as (
    select t.source, e.last_ts, date_diff('second', t.ts, e.last_ts) // 604800 as ago
    from told as t
    join ends as e on e.source = t.source
)
select source, last_ts, ago, count(*) as rows
from aged
where ago <= 8
group by all
order by source, ago
