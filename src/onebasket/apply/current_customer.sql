-- The customer that carries an id, or did: ids that gave way to others lead to the one that holds now.
select customer_id
from customers
where customer_id = $customer_id
union all
select customers.customer_id
from supersessions
inner join customers on customers.customer_id = supersessions.new_id
where
    supersessions.kind = 'customer'
    and supersessions.old_id = $customer_id
