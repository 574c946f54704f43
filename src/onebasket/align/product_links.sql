-- `rule` is the first that holds: the listing is alone in its product, shares its GTIN there, shares what its
-- SKU stands for, is there by hand, or by likeness.
with placed as (
    select l.code, l.source, l.product_key, l.gtin, l.meaning, k.root, k.decided, i.id as product_id
    from align_listings l
    join align_product_roots k on k.code = l.code
    join align_listings r on r.code = k.root
    join align_ids i on i.root = r.member
),
counted as (
    select
        *,
        count(*) over (partition by root) as listings,
        count(*) over (partition by root, gtin) as with_gtin,
        count(*) over (partition by root, meaning) as with_meaning
    from placed
)
select
    source,
    product_key,
    product_id,
    case
        when listings = 1 then 'alone'
        when gtin is not null and with_gtin > 1 then 'gtin'
        when with_meaning > 1 then 'sku'
        when decided then 'decision'
        else 'likeness'
    end as rule
from counted
