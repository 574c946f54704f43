select kind, decision, count(*) as identifiers, sum(records)::bigint as records
from identifier_limits
group by kind, decision
order by identifiers desc, kind, decision
