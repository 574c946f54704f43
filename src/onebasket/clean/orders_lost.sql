-- Orders all of whose heads were refused.
select j.order_key as order_no, min(j.fault) as fault
from clean_orders_judged as j
anti join clean_order_heads as h on h.order_no = j.order_key
where j.fault is not null
group by j.order_key
