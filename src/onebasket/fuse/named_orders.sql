-- Which order each number means that reviews, tickets, shipments and payments name: the source's own order,
-- else the only order of that number in any source, else one that nobody else tells of.
with told as (
    select source, order_id from reviews where order_id is not null
    union
    select source, order_id from tickets where order_id is not null
    union
    select source, order_id from shipments where order_id is not null
    union
    select source, order_id from payments where order_id is not null
),
numbers as (
    select replace(replace(order_id, '#', ''), ' ', '') as number, min(fused_order_id) as fused_order_id
    from order_links
    where not starts_with(order_id, '~')
    group by replace(replace(order_id, '#', ''), ' ', '')
    having count(distinct fused_order_id) = 1
),
buyers as (
    select order_id, min(customer_id) as customer_id
    from fuse_purchases
    where customer_id is not null
    group by order_id
),
meant as (
    select
        t.source, t.order_id,
        coalesce(
            o.fused_order_id, n.fused_order_id, 'o' || substr(md5(t.source || '|' || t.order_id), 1, 16)
        ) as fused_order_id
    from told as t
    left join order_links as o on o.source = t.source and o.order_id = t.order_id
    left join numbers as n on n.number = replace(replace(t.order_id, '#', ''), ' ', '')
)
select m.source, m.order_id, m.fused_order_id, b.customer_id
from meant as m
left join buyers as b on b.order_id = m.fused_order_id
