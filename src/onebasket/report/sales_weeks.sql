select cast(date_trunc('week', ts) as date) as week, channel, sum(net_amount_minor)::bigint as net_minor
from timeline
where net_amount_minor <> 0
group by cast(date_trunc('week', ts) as date), channel
order by week, channel
