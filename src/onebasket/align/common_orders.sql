select count(*) as orders
from customer_edges e
left join identity_a p on p.record_id = e.record_a
left join identity_b q on q.record_id = e.record_b
left join identity_b r on r.record_id = e.record_a
left join identity_a s on s.record_id = e.record_b
where
    e.kind = 'order'
    and (
        (p.record_id is not null and q.record_id is not null)
        or (r.record_id is not null and s.record_id is not null)
    )
