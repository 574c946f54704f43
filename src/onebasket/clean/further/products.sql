-- Products that only rows of this table name.
select
    $source as source, $channel as channel, d.file, d.line, d.product_key,
    d.sku_said as sku, d.gtin14 as gtin, d.tidy as title,
    cast(null as varchar) as brand, cast(null as varchar) as category,
    d.size_value, d.size_unit, d.pack_count,
    cast(null as bigint) as price_minor, cast(null as varchar) as currency,
    cast(null as bigint) as stock, true as active, cast(null as double[]) as vector
from clean_listing_keys as d
anti join (select product_key from products where source = $source) as known using (product_key)
qualify row_number() over (partition by d.product_key order by d.file, d.line, d.listing) = 1
