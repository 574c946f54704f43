-- Order heads in the shop's currency, with their customer and the purchase lines told beside them.
-- Numbers are compared without the sign that some channels put before them; an order that clean
-- had to name after its line has none.
with lines as (
    select source, order_id, count(*) as lines
    from events
    where action = 'purchase' and order_id is not null
    group by source, order_id
),
cancelled as (
    select source, order_id, min(ts) as ts
    from events
    where action = 'cancel' and order_id is not null and not test
    group by source, order_id
),
known as (
    select k.customer_id
    from people p
    join customer_links k on k.record_id = p.record_id
    where coalesce(p.email, p.phone, p.account, p.given_name, p.family_name, p.full_name) is not null
    group by k.customer_id
)
select
    o.source,
    o.order_id,
    case
        when not starts_with(o.order_id, '~') then nullif(replace(replace(o.order_id, '#', ''), ' ', ''), '')
    end as number,
    k.customer_id,
    n.customer_id is not null as customer_known,
    o.ts,
    o.status,
    o.test,
    o.status = 'cancelled' or c.ts is not null as cancelled,
    coalesce(o.cancelled_ts, c.ts) as cancelled_ts,
    case
        when r.rate is null then o.total_minor
        else cast(round(cast(o.total_minor as decimal(19, 0)) * r.rate) as bigint)
    end as total_minor,
    case
        when r.rate is null then coalesce(o.shipping_minor, 0) + coalesce(o.tax_minor, 0)
        else cast(
            round(
                cast(coalesce(o.shipping_minor, 0) + coalesce(o.tax_minor, 0) as decimal(19, 0)) * r.rate
            ) as bigint
        )
    end as extras_minor,
    case
        when r.rate is null then abs(o.refunded_minor)
        else cast(round(cast(abs(o.refunded_minor) as decimal(19, 0)) * r.rate) as bigint)
    end as refunded_minor,
    coalesce(l.lines, 0) as lines
from orders o
join fuse_rates r on r.currency = o.currency
left join lines l on l.source = o.source and l.order_id = o.order_id
left join cancelled c on c.source = o.source and c.order_id = o.order_id
left join customer_links k on k.record_id = o.record_id
left join known n on n.customer_id = k.customer_id
