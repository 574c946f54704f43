-- Each record with the smallest record of its component; a record without edges is its own.
select m.record_id as member, coalesce(r.record_id, m.record_id) as root
from align_records m
left join align_roots k on k.code = m.code
left join align_records r on r.code = k.root
