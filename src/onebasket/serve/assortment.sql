-- All products, and what lists and filters go by.
select
    product_id,
    sku,
    title,
    brand,
    category,
    price_minor,
    stock,
    active
from catalogue
order by product_id
