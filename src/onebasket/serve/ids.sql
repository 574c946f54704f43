-- Who is a customer now.
select customer_id
from customers
order by customer_id
