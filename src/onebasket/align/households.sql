-- Which household each customer belongs to, named after the smallest id of its customers.
with homes as (
    select distinct i.id as customer_id, k.home
    from align_roots k
    join align_records r on r.code = k.code
    join align_members m on m.member = r.record_id
    join align_ids i on i.root = m.root
),
firsts as (
    select home, min(customer_id) as first_id from homes group by home
)
select h.customer_id, 'h' || substr(sha256(f.first_id), 1, 16) as household_id
from homes h
join firsts f on f.home = h.home
