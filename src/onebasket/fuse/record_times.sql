-- When each record was last told: its latest event or order.
select record_id, max(ts) as ts
from (
    select record_id, max(ts) as ts from events where record_id is not null group by record_id
    union all
    select record_id, max(ts) as ts from orders where record_id is not null group by record_id
)
group by record_id
