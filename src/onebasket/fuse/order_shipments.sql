select
    's' || substr(md5(s.source || '|' || s.shipment_id), 1, 16) as shipment_id,
    o.fused_order_id as order_id, o.customer_id, p.product_id, s.quantity, s.carrier, s.status,
    s.shipped_ts, s.delivered_ts, s.place, s.country, s.region,
    s.source, s.channel, s.file, s.line, s.item
from shipments as s
left join fuse_named_orders as o on o.source = s.source and o.order_id = s.order_id
left join product_links as p on p.source = s.source and p.product_key = s.product_key
