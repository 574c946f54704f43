-- What live sources and stock keeping units call the products.
select p.source, p.product_key, p.product_id, c.sku
from product_links p
join catalogue c on c.product_id = p.product_id
order by p.source, p.product_key
