with groups as (
    select meaning, count(*) as listings, count(*) filter (where has_gtin) as with_gtin
    from align_products
    group by meaning
)
select
    p.source,
    p.product_key,
    i.id as product_id,
    case
        when g.listings = 1 then 'alone'
        when p.has_gtin and g.with_gtin > 1 then 'gtin'
        else 'sku'
    end as rule
from align_products p
join groups g on g.meaning = p.meaning
join align_members m on m.member = p.member
join align_ids i on i.root = m.root
