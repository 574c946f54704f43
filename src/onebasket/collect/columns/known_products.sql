-- What the shop's products are called, for columns of other files that say the same.
select distinct product_key, sku, gtin, title
from raw_products
order by product_key, sku, gtin, title
