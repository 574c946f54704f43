select
    e.ts, k.customer_id, c.fused_campaign_id as campaign_id, p.product_id, e.kind, e.place, e.variant,
    e.source, e.channel, e.file, e.line, e.item
from exposures as e
left join customer_links as k on k.record_id = e.record_id
left join fuse_named_campaigns as c on c.source = e.source and c.campaign_id = e.campaign_id
left join product_links as p on p.source = e.source and p.product_key = e.product_key
