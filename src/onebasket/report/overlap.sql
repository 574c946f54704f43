select channels, count(*) as customers, sum(value_minor)::bigint as value_minor
from customers
where known
group by channels
order by customers desc, channels
