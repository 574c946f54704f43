select array_length(sources) as sources, count(*) as customers, sum(records)::bigint as records
from customers
where known
group by array_length(sources)
order by sources
