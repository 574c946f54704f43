-- What a customer did about products: how often, on how many days, first and last.
select
    t.product_id,
    t.action,
    c.title,
    c.brand,
    c.category,
    count(*) as times,
    count(distinct cast(t.ts as date)) as days,
    min(t.ts) as first_ts,
    max(t.ts) as last_ts
from timeline t
inner join catalogue c on c.product_id = t.product_id
where
    t.customer_id = $customer_id
    and t.action in ('purchase', 'view', 'cart')
    and (t.action <> 'purchase' or t.net_quantity > 0)
group by t.product_id, t.action, c.title, c.brand, c.category
order by last_ts desc, t.product_id, t.action
