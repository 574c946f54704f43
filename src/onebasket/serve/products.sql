-- What is known of products.
select
    product_id,
    gtin,
    sku,
    title,
    brand,
    category,
    size_value,
    size_unit,
    pack_count,
    price_minor,
    stock,
    active
from catalogue
order by product_id
