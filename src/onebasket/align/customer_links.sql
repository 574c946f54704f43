select r.record_id, r.source, i.id as customer_id
from align_records r
join align_members m on m.member = r.record_id
join align_ids i on i.root = m.root
