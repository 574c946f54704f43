-- Purchase lines that something may be taken off: of orders cancelled or refunded, and of products
-- that came back under the same order or from the same customer.
with back_in_order as (
    select distinct order_id, product_id from fuse_returns where product_id is not null and order_id is not null
),
back_from_customer as (
    select distinct customer_id, product_id
    from fuse_returns
    where product_id is not null and customer_id is not null
),
lines as (
    select
        e.source,
        e.file,
        e.line,
        e.item,
        e.ts,
        o.fused_order_id as order_id,
        p.product_id,
        coalesce(o.customer_id, k.customer_id) as customer_id,
        e.quantity,
        e.amount_minor,
        r.rate,
        o.cancelled,
        o.cancelled or o.refunded or coalesce(o.refunded_minor, 0) > 0 as by_head
    from events e
    join fuse_rates r on r.currency = e.currency
    join fuse_orders o on o.source = e.source and o.order_id = e.order_id
    left join product_links p on p.source = e.source and p.product_key = e.product_key
    left join customer_links k on k.record_id = e.record_id
    where e.action = 'purchase' and not e.test and not o.test and o.leader
)
select
    l.source,
    l.file,
    l.line,
    l.item,
    l.ts,
    l.order_id,
    l.product_id,
    l.customer_id,
    coalesce(l.quantity, 1) as units,
    coalesce(
        case
            when l.rate is null then l.amount_minor
            else cast(round(cast(l.amount_minor as decimal(19, 0)) * l.rate) as bigint)
        end,
        0
    ) as amount_minor,
    l.cancelled,
    l.by_head
from lines l
left join back_in_order o on o.order_id = l.order_id and o.product_id = l.product_id
left join back_from_customer c on c.customer_id = l.customer_id and c.product_id = l.product_id
where l.by_head or o.order_id is not null or c.customer_id is not null
