-- Purchases that came of a list: of a product of it, by its customer or under its id, in the days that
-- count. A purchase comes of the latest such list.
with found as (
    select
        t.event_id, p.list_id, p.place, coalesce(t.net_amount_minor, 0) as net_minor,
        row_number() over (partition by t.event_id order by p.ts desc, p.list_id, p.place) as nearest
    from timeline as t
    join improve_places as p
        on p.product_id = t.product_id
        and (p.customer_id = t.customer_id or p.list_id = t.list_id)
    where t.action = 'purchase' and t.ts >= p.ts and t.ts < p.until_ts
)
select list_id, place, count(*) as purchases, sum(net_minor) as net_minor
from found
where nearest = 1
group by list_id, place
