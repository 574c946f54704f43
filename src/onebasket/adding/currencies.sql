-- The currencies that rows state themselves.
select said, count(*) as rows
from (
    select upper(trim(currency)) as said from raw_orders
    union all
    select upper(trim(currency)) as said from raw_events
) as stated
where said <> ''
group by said
order by rows desc, said
limit 9
