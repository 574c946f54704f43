-- A customer's golden record.
select attribute, value
from customer_values
where customer_id = $customer_id
order by attribute
