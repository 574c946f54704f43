with sizes as (
    select h.household_id, count(*) as customers
    from households h
    join customers c on c.customer_id = h.customer_id
    where c.known
    group by h.household_id
)
select case when customers > 6 then 6 else customers end as customers, count(*) as households
from sizes
group by case when customers > 6 then 6 else customers end
order by customers
