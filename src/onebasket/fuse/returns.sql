-- Goods that came back, as the source says that leads on their order: units positive.
select
    e.source,
    e.file,
    e.line,
    e.item,
    e.ts,
    coalesce(o.fused_order_id, 'o' || substr(md5(e.source || '|' || e.order_id), 1, 16)) as order_id,
    p.product_id,
    coalesce(k.customer_id, o.customer_id) as customer_id,
    abs(coalesce(e.quantity, 1)) as units,
    coalesce(
        case
            when r.rate is null then e.amount_minor
            else cast(round(cast(e.amount_minor as decimal(19, 0)) * r.rate) as bigint)
        end,
        0
    ) as amount_minor,
    coalesce(o.cancelled, false) as cancelled
from events e
join fuse_rates r on r.currency = e.currency
left join fuse_orders o on o.source = e.source and o.order_id = e.order_id
left join product_links p on p.source = e.source and p.product_key = e.product_key
left join customer_links k on k.record_id = e.record_id
where e.action = 'return' and not e.test and not coalesce(o.test, false) and coalesce(o.leader, true)
