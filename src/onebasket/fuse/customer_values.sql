-- The winner of each part gives its attributes. `why` is the first rule that tells the winner from
-- the best record with another value.
with winners as (
    select customer_id, part, min(standing) as standing from fuse_values group by customer_id, part
),
won as (
    select v.customer_id, v.attribute, v.value, v.place, v.standing
    from fuse_values v
    join winners w on w.customer_id = v.customer_id and w.part = v.part and w.standing = v.standing
),
lost as (
    select
        v.customer_id,
        v.attribute,
        arg_min(v.place, v.standing) filter (where v.place is not null) as place,
        min(v.standing) as standing,
        count(distinct v.value) as others
    from fuse_values v
    join won w on w.customer_id = v.customer_id and w.attribute = v.attribute
    where v.value <> w.value
    group by v.customer_id, v.attribute
)
select
    w.customer_id,
    w.attribute,
    w.value,
    a.source,
    a.record_id,
    case
        when l.place is null then 'only'
        when l.standing - l.place <> w.standing - w.place then 'most_complete'
        when a.masked <> b.masked then 'unmasked'
        when a.guest <> b.guest then 'account'
        when a.ts is distinct from b.ts then 'latest'
        when a.rows <> b.rows then 'most_common'
        when a.source <> b.source then 'source_order'
        else 'record_order'
    end as why,
    coalesce(l.others, 0) as others
from won w
join fuse_people a on a.customer_id = w.customer_id and a.place = w.place
left join lost l on l.customer_id = w.customer_id and l.attribute = w.attribute
left join fuse_people b on b.customer_id = l.customer_id and b.place = l.place
