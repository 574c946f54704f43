-- Each value from the first listing that has it; the size with its unit from one listing. The price
-- is that of a source that sells in the shop's currency, and in which the product is active, first.
-- Vectors of different makers cannot be compared: all are of the source that has most.
with priced as (
    select product_id, price_minor, source
    from fuse_listings
    where priced
    qualify row_number() over (partition by product_id order by foreign_price, active desc, place) = 1
),
sized as (
    select product_id, size_value, size_unit
    from fuse_listings
    where size_value is not null
    qualify row_number() over (partition by product_id order by place) = 1
),
pictures as (
    select source
    from fuse_listings
    where vector is not null
    group by source
    qualify row_number() over (order by count(*) desc, source) = 1
),
pictured as (
    select l.product_id, l.vector
    from fuse_listings l
    join pictures p on p.source = l.source
    where l.vector is not null
    qualify row_number() over (partition by l.product_id order by l.place) = 1
),
merged as (
    select
        product_id,
        arg_min(gtin, place) filter (where gtin is not null) as gtin,
        arg_min(sku, place) filter (where sku is not null) as sku,
        arg_min(title, place) filter (where title is not null) as title,
        arg_min(source, place) filter (where source is not null and title is not null) as title_source,
        arg_min(product_key, place) filter (where product_key is not null) as product_key,
        arg_min(brand, place) filter (where brand is not null) as brand,
        arg_min(pack_count, place) filter (where pack_count is not null) as pack_count,
        cast(sum(stock) as bigint) as stock,
        bool_or(active) as active,
        coalesce(list_sort(list(distinct source) filter (where source is not null)), []) as sources,
        coalesce(list_sort(list(distinct title) filter (where title is not null)), []) as titles
    from fuse_listings
    group by product_id
)
select
    m.product_id,
    m.gtin,
    m.sku,
    coalesce(m.title, m.product_key) as title,
    m.title_source,
    m.brand,
    coalesce(c.said, 'unknown') as category,
    split_part(coalesce(c.said, 'unknown'), ' > ', 1) as category_top,
    z.size_value,
    z.size_unit,
    m.pack_count,
    p.price_minor,
    p.source as price_source,
    coalesce(u.stock, m.stock) as stock,
    m.active,
    m.sources,
    m.titles,
    v.vector
from merged m
left join sized z on z.product_id = m.product_id
left join priced p on p.product_id = m.product_id
left join pictured v on v.product_id = m.product_id
left join fuse_stock_units u on u.product_id = m.product_id
left join product_values c on c.product_id = m.product_id and c.attribute = 'category'
