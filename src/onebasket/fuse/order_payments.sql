-- A way of paying that names an account or a card's number stays behind.
select
    'p' || substr(md5(p.source || '|' || p.payment_id), 1, 16) as payment_id,
    p.ts, o.fused_order_id as order_id,
    coalesce(k.customer_id, o.customer_id) as customer_id,
    p.kind, p.status,
    case
        when r.rate is null then p.amount_minor
        else cast(round(cast(p.amount_minor as decimal(19, 0)) * r.rate) as bigint)
    end as amount_minor,
    case
        when r.rate is null then p.fee_minor
        else cast(round(cast(p.fee_minor as decimal(19, 0)) * r.rate) as bigint)
    end as fee_minor,
    case
        when r.rate is null then p.refunded_minor
        else cast(round(cast(p.refunded_minor as decimal(19, 0)) * r.rate) as bigint)
    end as refunded_minor,
    r.target as currency,
    case when not regexp_matches(p.method, '@|[0-9]{4}') then p.method end as method,
    case when not regexp_matches(p.risk, '@') then p.risk end as risk,
    p.disputed, p.source, p.channel, p.file, p.line, p.item
from payments as p
join fuse_rates as r on r.currency = p.currency
left join customer_links as k on k.record_id = p.record_id
left join fuse_named_orders as o on o.source = p.source and o.order_id = p.order_id
