-- What the catalogue says of the products asked about, and how many customers bought each.
select
    a.product_id,
    c.title,
    c.brand,
    c.category,
    count(distinct t.customer_id) as customers
from explain_asked a
inner join catalogue c on c.product_id = a.product_id
left join timeline t on t.product_id = a.product_id and t.action = 'purchase' and t.net_quantity > 0
group by a.product_id, c.title, c.brand, c.category
order by a.product_id
