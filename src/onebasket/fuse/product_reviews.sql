select
    'r' || substr(md5(r.source || '|' || r.review_id), 1, 16) as review_id,
    r.ts,
    coalesce(k.customer_id, o.customer_id) as customer_id,
    p.product_id, o.fused_order_id as order_id, r.rating, r.scale, r.verified, r.status,
    cast(length(coalesce(r.heading, '')) + length(coalesce(r.text, '')) as bigint) as letters,
    r.answer is not null as answered,
    r.source, r.channel, r.file, r.line, r.item
from reviews as r
left join customer_links as k on k.record_id = r.record_id
left join fuse_named_orders as o on o.source = r.source and o.order_id = r.order_id
left join product_links as p on p.source = r.source and p.product_key = r.product_key
