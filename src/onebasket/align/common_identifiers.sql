-- What the records of two sets share, identifier by identifier, and how far it joins.
select
    a.kind,
    count(distinct a.value_key) as identifiers,
    min(case when l.decision is null then 'joins' else l.decision end) as decision
from identifiers a
join identifiers b on b.kind = a.kind and b.value_key = a.value_key
join identity_a x on x.record_id = a.record_id
join identity_b y on y.record_id = b.record_id
left join identifier_limits l on l.kind = a.kind and l.value_key = a.value_key
where a.usable and b.usable and a.record_id <> b.record_id
group by a.kind
