-- What is known of a product.
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
where product_id = $product_id
