-- What the listings of two sets say.
with asked as (
    select member from catalogue_a
    union
    select member from catalogue_b
)
select
    a.member,
    p.title,
    p.brand,
    p.category,
    p.gtin,
    p.sku,
    p.size_value,
    p.size_unit,
    p.pack_count,
    p.price_minor,
    p.currency
from products p
join asked a on a.member = p.source || '/' || p.product_key
order by a.member
