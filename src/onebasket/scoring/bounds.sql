-- The first customer of each share of $size customers, in the order of their ids.
with numbered as (
    select customer_id, row_number() over (order by customer_id) - 1 as place
    from (select distinct customer_id from scoring_events) known
)
select min(customer_id) as low
from numbered
group by place // nullif($size, 0)
order by low
