-- The listings, a row each in the order of their codes. `meaning` is what identifiers say a listing stands
-- for: its GTIN, the only GTIN listed under its SKU, or its SKU. A SKU that is listed with two GTINs joins
-- nothing. `member` names the listing in one text.
with skus as (
    select sku, count(distinct gtin) as gtins, min(gtin) as gtin from products where sku is not null group by sku
),
named as (
    select
        p.source,
        p.product_key,
        p.source || '/' || p.product_key as member,
        p.gtin,
        case
            when p.gtin is not null then 'gtin ' || p.gtin
            when s.gtins = 1 then 'gtin ' || s.gtin
            when s.gtins = 0 then 'sku ' || p.sku
            else 'listing ' || p.source || '/' || p.product_key
        end as meaning,
        p.title,
        p.brand,
        p.category,
        case when p.size_value is not null then cast(p.size_value as varchar) || ' ' || p.size_unit end as size,
        case when p.pack_count > 1 then cast(p.pack_count as varchar) || ' pack' end as pack,
        p.price_minor,
        p.currency
    from products p
    left join skus s on s.sku = p.sku
)
select
    row_number() over (order by source, product_key) - 1 as code,
    source,
    product_key,
    member,
    gtin,
    meaning,
    title,
    brand,
    category,
    size,
    pack,
    price_minor,
    currency
from named
order by code
