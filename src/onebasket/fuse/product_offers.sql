-- What each source asks for a product, and has of it.
select
    f.product_id,
    f.source,
    f.product_key,
    p.channel,
    p.price_minor as listed_price_minor,
    p.currency,
    case when f.priced then f.price_minor end as price_minor,
    f.stock,
    f.active
from fuse_listings f
join products p on p.source = f.source and p.product_key = f.product_key
