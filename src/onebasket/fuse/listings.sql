-- The listings of each product, the one whose title is best first: in the shop's language before
-- others, then the longest. Tills shorten titles; the long one says most.
select
    k.product_id,
    p.source,
    p.product_key,
    p.gtin,
    p.sku,
    p.title,
    p.brand,
    p.category,
    p.size_value,
    p.size_unit,
    p.pack_count,
    p.stock,
    p.active,
    p.vector,
    case when r.rate is null then 0 else 1 end as foreign_price,
    case
        when r.rate is null then p.price_minor
        else cast(round(cast(p.price_minor as decimal(19, 0)) * r.rate) as bigint)
    end as price_minor,
    r.currency is not null and p.price_minor is not null as priced,
    row_number() over (
        partition by k.product_id
        order by
            coalesce(t.fits, false) desc,
            length(coalesce(p.title, '')) desc,
            p.title,
            p.source,
            p.product_key
    ) as place
from products p
join product_links k on k.source = p.source and k.product_key = p.product_key
left join fuse_titles t on t.title = p.title
left join fuse_rates r on r.currency = p.currency
