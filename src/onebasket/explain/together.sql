-- For each product asked about what else of a customer's others buy in one order with it: the one that goes
-- with it most, by orders squared over all orders of that other one and ten more.
with sold as (
    select distinct order_id, product_id
    from timeline
    where
        action = 'purchase'
        and net_quantity > 0
        and order_id is not null
        and product_id is not null
        and customer_id is distinct from $customer_id
),
own as (
    select distinct product_id
    from timeline
    where customer_id = $customer_id and action = 'purchase' and net_quantity > 0 and product_id is not null
),
near as (
    select s.order_id, s.product_id from sold s inner join own o on o.product_id = s.product_id
),
often as (
    select product_id, count(*) as orders from near group by product_id
),
pairs as (
    select a.product_id, n.product_id as other_id, count(*) as orders
    from explain_asked a
    inner join sold s on s.product_id = a.product_id
    inner join near n on n.order_id = s.order_id
    where n.product_id <> a.product_id
    group by a.product_id, n.product_id
    having count(*) >= 2
),
weighed as (
    select
        p.product_id,
        p.other_id,
        p.orders,
        row_number() over (
            partition by p.product_id order by p.orders * p.orders / nullif(o.orders + 10, 0) desc, p.other_id
        ) as place
    from pairs p
    inner join often o on o.product_id = p.other_id
)
select w.product_id, w.other_id, c.title, w.orders
from weighed w
inner join catalogue c on c.product_id = w.other_id
where w.place = 1
order by w.product_id
