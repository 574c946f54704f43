-- What each listing stands for: its GTIN, the only GTIN listed under its SKU, or its SKU.
-- A SKU that is listed with two GTINs joins nothing. `member` names the listing in one text.
with skus as (
    select sku, count(distinct gtin) as gtins, min(gtin) as gtin from products where sku is not null group by sku
)
select
    p.source,
    p.product_key,
    p.source || '/' || p.product_key as member,
    p.gtin is not null as has_gtin,
    case
        when p.gtin is not null then 'gtin ' || p.gtin
        when s.gtins = 1 then 'gtin ' || s.gtin
        when s.gtins = 0 then 'sku ' || p.sku
        else 'listing ' || p.source || '/' || p.product_key
    end as meaning
from products p
left join skus s on s.sku = p.sku
