-- The currencies that rows state themselves, as said.
select said, count(*) as rows
from (
    select currency as said from raw_orders
    union all
    select currency as said from raw_events
    union all
    select currency as said from raw_payments
) as stated
where said is not null
group by said
order by rows desc, said
limit 100
