select
    customer_id,
    min(ts) as first_ts,
    max(ts) as last_ts,
    count(*) as events,
    cast(sum(net_amount_minor) as bigint) as value_minor
from timeline
where customer_id is not null
group by customer_id
