-- Where each value of the catalogue comes from: the first listing that says one, as in `catalogue.sql`. The
-- category is one of the shared tree: of the source whose tree it is, before those aligned with it.
with said as (
    select product_id, source, product_key, place, 'title' as attribute, title as value
    from fuse_listings
    where title is not null
    union all
    select product_id, source, product_key, place, 'brand', brand
    from fuse_listings
    where brand is not null
    union all
    select
        f.product_id,
        f.source,
        f.product_key,
        case l.rule when 'tree' then 0 when 'own' then 2000000000 else 1000000000 end + f.place as place,
        'category',
        l.shared_category
    from fuse_listings f
    join category_links l on l.source = f.source and l.category = f.category
    union all
    select product_id, source, product_key, place, 'gtin', gtin
    from fuse_listings
    where gtin is not null
    union all
    select product_id, source, product_key, place, 'sku', sku
    from fuse_listings
    where sku is not null
    union all
    select product_id, source, product_key, place, 'size', cast(size_value as varchar) || ' ' || size_unit
    from fuse_listings
    where size_value is not null
    union all
    select product_id, source, product_key, place, 'pack_count', cast(pack_count as varchar)
    from fuse_listings
    where pack_count is not null
    union all
    select
        product_id,
        source,
        product_key,
        row_number() over (partition by product_id order by foreign_price, active desc, place) as place,
        'price',
        cast(price_minor as varchar)
    from fuse_listings
    where priced
),
counted as (
    select product_id, attribute, count(*) as listings, count(distinct value) - 1 as others
    from said
    group by product_id, attribute
),
won as (
    select product_id, attribute, value, source, product_key
    from said
    qualify row_number() over (partition by product_id, attribute order by place) = 1
)
select w.product_id, w.attribute, w.value as said, w.source, w.product_key, c.listings, c.others
from won w
join counted c on c.product_id = w.product_id and c.attribute = w.attribute
