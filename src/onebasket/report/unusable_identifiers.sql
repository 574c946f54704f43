select kind, coalesce(reason, 'unknown') as reason, count(*) as identifiers
from identifiers
where not usable
group by kind, coalesce(reason, 'unknown')
order by identifiers desc, kind, reason
