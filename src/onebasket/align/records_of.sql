-- The records that a name stands for: a record's own, or all of a customer's; an id that is no longer
-- used stands for the records of those that it gave way to.
with living as (
    select count(*) as records from customer_links where customer_id = $name
),
named as (
    select $name as customer_id
    union
    select s.new_id as customer_id
    from supersessions s
    cross join living
    where s.kind = 'customer' and s.old_id = $name and living.records = 0
)
select l.record_id as member, l.source, l.customer_id as id
from customer_links l
left join named n on n.customer_id = l.customer_id
where l.record_id = $name or n.customer_id is not null
