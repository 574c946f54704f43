-- Which product each name means: a product of the list with that number, barcode or (if only one
-- has it) title; else the name itself.
with listed as (
    select * from clean_products_ranked where place = 1
),
by_sku as (
    select sku_said, min(product_no) as product_no from listed where sku_said is not null group by sku_said
),
by_gtin as (
    select gtin14, min(product_no) as product_no from listed where gtin14 is not null group by gtin14
),
by_title as (
    select title_key, min(product_no) as product_no
    from listed
    where title_key is not null
    group by title_key
    having count(*) = 1
)
select
    l.* exclude (product_key), gtin.gtin14, title.tidy, title.size_value, title.size_unit, title.pack_count,
    case
        when l.key_said is not null then l.key_said
        when l.sku_said is not null then coalesce(by_sku.product_no, l.sku_said)
        when l.gtin_said is not null then coalesce(by_gtin.product_no, gtin.gtin14, l.gtin_said)
        else coalesce(by_title.product_no, 'title:' || title.title_key, l.listing)
    end as product_key
from clean_listings as l
left join clean_gtin as gtin on gtin.gtin_said = l.gtin_said
left join clean_title as title on title.title_said = l.title_said
left join by_sku on by_sku.sku_said = l.sku_said
left join by_gtin on by_gtin.gtin14 = gtin.gtin14
left join by_title on by_title.title_key = title.title_key
