-- Where listings of one product contradict each other: two barcodes, brands in one language of which neither is part
-- of the other, contents of one unit that differ by more than a tenth, packs of other counts.
with brands as (
    select f.product_id, min(b.bare) as first_brand, max(b.bare) as last_brand
    from fuse_listings f
    join fuse_brands b on b.brand = f.brand
    left join fuse_titles t on t.title = f.title
    where b.bare <> ''
    group by f.product_id, coalesce(t.fits, false)
),
sizes as (
    select product_id, size_unit, min(size_value) as least, max(size_value) as most
    from fuse_listings
    where size_value is not null
    group by product_id, size_unit
),
found as (
    select product_id, 'gtin' as attribute
    from fuse_listings
    group by product_id
    having count(distinct gtin) > 1
    union all
    select distinct product_id, 'brand'
    from brands
    where not contains(first_brand, last_brand) and not contains(last_brand, first_brand)
    union all
    select product_id, 'size'
    from sizes
    group by product_id
    having bool_or(most > 1.1 * least)
    union all
    select product_id, 'pack_count'
    from fuse_listings
    group by product_id
    having count(distinct pack_count) > 1
),
said as (
    select product_id, 'gtin' as attribute, source || ': ' || gtin as statement from fuse_listings
    union all
    select product_id, 'brand', source || ': ' || brand from fuse_listings
    union all
    select product_id, 'size', source || ': ' || cast(size_value as varchar) || ' ' || size_unit from fuse_listings
    union all
    select product_id, 'pack_count', source || ': ' || cast(pack_count as varchar) from fuse_listings
)
select
    f.product_id,
    f.attribute,
    coalesce(list_sort(list(distinct s.statement) filter (where s.statement is not null)), []) as statements
from found f
join said s on s.product_id = f.product_id and s.attribute = f.attribute
group by f.product_id, f.attribute
