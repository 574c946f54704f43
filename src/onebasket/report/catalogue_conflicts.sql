-- How often listings of one product contradict each other, and the first such product of each attribute.
with counted as (
    select attribute, count(*) as products, min(product_id) as product_id
    from product_conflicts
    group by attribute
)
select n.attribute, n.products, c.title, p.statements
from counted n
join product_conflicts p on p.attribute = n.attribute and p.product_id = n.product_id
join catalogue c on c.product_id = n.product_id
order by n.products desc, n.attribute
