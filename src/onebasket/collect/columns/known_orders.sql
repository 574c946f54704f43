-- What the shop's orders are called, for columns of other files that say the same.
select distinct order_id
from raw_orders
where order_id is not null
order by order_id
