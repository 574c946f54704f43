-- Who tells which order in the version. A record of nothing but a device (a till, a shared tablet) says nothing of who
-- bought, as in `align/order_ties.sql`.
with numbered as (
    select record_id, source, ts, nullif(replace(replace(order_id, '#', ''), ' ', ''), '') as number
    from orders
    where not starts_with(order_id, '~')
)
select substr(sha256(n.number), 1, 32) as number, n.record_id, n.source, n.ts
from numbered n
semi join (select record_id from identifiers where usable and kind <> 'device') k using (record_id)
where n.number is not null
order by number, n.record_id, n.source, n.ts
