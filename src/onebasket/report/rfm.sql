-- Customers and value by recency and frequency score, at the latest moment known.
with latest as (
    select max(as_of) as as_of from customer_features
)
select r, f, count(*) as customers, sum(value_minor)::bigint as value_minor
from customer_features as features
inner join latest on latest.as_of = features.as_of
where features.frequency > 0
group by r, f
order by r, f
