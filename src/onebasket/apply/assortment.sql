-- What may be recommended: products that some channel sells.
select
    product_id,
    title,
    category,
    stock
from catalogue
where active
