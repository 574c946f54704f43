-- The latest level of each listing at each place; listings of one product are added up. A level
-- without a time gives way to one that has it.
with latest as (
    select source, product_key, coalesce(place, 'all') as place, ts, on_hand, available, reserved, incoming
    from stock
    qualify row_number() over (
        partition by source, product_key, coalesce(place, 'all')
        order by ts desc nulls last, file desc, line desc, item desc
    ) = 1
)
select
    k.product_id, s.source, s.place,
    max(s.ts) filter (where s.ts is not null) as ts,
    sum(s.on_hand) as on_hand, sum(s.available) as available,
    sum(s.reserved) as reserved, sum(s.incoming) as incoming
from latest as s
join product_links as k on k.source = s.source and k.product_key = s.product_key
group by k.product_id, s.source, s.place
