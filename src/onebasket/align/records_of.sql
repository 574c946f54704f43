-- The records that a name stands for: a record's own, or all of a customer's; an id that gave way to
-- others stands for the records of those that hold now.
with named as (
    select $name as customer_id
    union
    select new_id from supersessions where kind = 'customer' and old_id = $name
)
select l.record_id, l.source, l.customer_id
from customer_links l
left join named n on n.customer_id = l.customer_id
where l.record_id = $name or n.customer_id is not null
