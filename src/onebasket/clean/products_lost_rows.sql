select *
from clean_products_read
where key_said is null and sku_said is null and gtin_said is null and title_said is null
