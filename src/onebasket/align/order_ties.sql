-- Records of two sources that tell the same order: of one number, within six hours of each other. The
-- tracker saw the browser, the shop the buyer. A record of nothing but a device (a till, a shared
-- tablet) says nothing of who bought.
with known as (
    select distinct record_id from identifiers where usable and kind <> 'device'
),
numbered as (
    select
        o.source,
        o.record_id,
        o.ts,
        nullif(replace(replace(o.order_id, '#', ''), ' ', ''), '') as number
    from orders o
    join known k on k.record_id = o.record_id
    where not starts_with(o.order_id, '~')
)
select
    case when a.record_id < b.record_id then a.record_id else b.record_id end as record_a,
    case when a.record_id < b.record_id then b.record_id else a.record_id end as record_b,
    min(a.number) as number,
    count(*) as orders
from numbered a
join numbered b on b.number = a.number
where a.source < b.source and a.record_id <> b.record_id and abs(date_diff('second', a.ts, b.ts)) <= 21600
group by
    case when a.record_id < b.record_id then a.record_id else b.record_id end,
    case when a.record_id < b.record_id then b.record_id else a.record_id end
