-- The listings that a name stands for: a listing's own, or all of a product's; an id that is no longer used
-- stands for the listings of those that it gave way to.
with living as (
    select count(*) as listings from product_links where product_id = $name
),
named as (
    select $name as product_id
    union
    select s.new_id as product_id
    from supersessions s
    cross join living
    where s.kind = 'product' and s.old_id = $name and living.listings = 0
)
select l.source || '/' || l.product_key as member, l.source, l.product_id as id
from product_links l
left join named n on n.product_id = l.product_id
where l.source || '/' || l.product_key = $name or n.product_id is not null
