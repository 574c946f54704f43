select
    date_trunc('day', ts) as low,
    date_trunc('day', ts) + interval 1 day as high,
    count(*) as rows
from events
group by date_trunc('day', ts)
