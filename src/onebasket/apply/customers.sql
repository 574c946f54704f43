-- Who gets a list: customers one can reach, who bought something.
select customer_id
from customers
where
    known
    and orders > 0
