with latest as (
    select max(as_of) as as_of from customer_features
)
select
    segment,
    count(*) as customers,
    sum(value_minor)::bigint as value_minor,
    median(recency_days) as recency_days,
    sum(frequency)::bigint as orders
from customer_features as features
inner join latest on latest.as_of = features.as_of
where features.frequency > 0
group by segment
order by value_minor desc, segment
