-- Ids that gave way to others, and who holds them now.
select s.old_id, min(s.new_id) as new_id
from supersessions s
inner join customers c on c.customer_id = s.new_id
where s.kind = 'customer'
group by s.old_id
order by s.old_id
