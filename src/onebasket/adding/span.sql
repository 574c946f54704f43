-- When the first and the last order or event were.
select min(ts) as first_ts, max(ts) as last_ts
from (
    select ts from orders
    union all
    select ts from events
) as timed
