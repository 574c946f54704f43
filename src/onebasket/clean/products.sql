with listed as (
    select * from clean_products_ranked where place = 1
),
derived as (
    select *, row_number() over (partition by product_key order by row_no) as place
    from clean_listing_keys
    anti join (select product_no as product_key from listed) as known using (product_key)
)
select
    source, channel, file, line, product_no as product_key, sku_said as sku, gtin14 as gtin, tidy as title,
    brand_said as brand, category_said as category, size_value, size_unit, pack_count, price_minor,
    case when price_minor is not null then price_currency end as currency,
    stock_units as stock, active, vector
from listed
union all
select
    $source as source, $channel as channel, f.file,
    d.row_no // 100000 - f.file_no * 1000000000 as line,
    d.product_key, d.sku_said as sku, d.gtin14 as gtin, d.tidy as title,
    cast(null as varchar) as brand, cast(null as varchar) as category,
    d.size_value, d.size_unit, d.pack_count,
    cast(round(d.price_e4 / nullif(m.divisor, 0)) as bigint) as price_minor,
    case when d.price_e4 is not null then m.currency end as currency,
    cast(null as bigint) as stock, true as active, cast(null as double[]) as vector
from derived as d
join clean_sale_files as f on f.file_no = d.row_no // 100000000000000
left join clean_currencies as m on m.said = $currency
where d.place = 1
