select source, cast(date_trunc('week', ts) as date) as week, count(*) as events
from events
group by source, cast(date_trunc('week', ts) as date)
order by source, week
