select a.code as a, b.code as b
from customer_edges e
join align_records a on a.record_id = e.record_a
join align_records b on b.record_id = e.record_b
