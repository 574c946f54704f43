select
    count(*) as events,
    count(distinct channel) as channels,
    count(distinct case
        when action = 'purchase' and (coalesce(net_quantity, 0) > 0 or coalesce(net_amount_minor, 0) > 0)
        then order_id
    end) as orders,
    coalesce(sum(case when action = 'purchase' then amount_minor end), 0)::bigint as gross_minor,
    coalesce(sum(net_amount_minor), 0)::bigint as net_minor,
    min(ts) as first_ts,
    max(ts) as last_ts
from timeline
