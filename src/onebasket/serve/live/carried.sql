-- Who carries which identifier in the version, and whose record it is.
select i.kind, i.value_key, i.record_id, l.customer_id, i.name_key, coalesce(s.accounts, i.source) as system
from identifiers i
join customer_links l on l.record_id = i.record_id
left join sources s on s.source = i.source
where i.usable
order by i.kind, i.value_key, i.record_id
