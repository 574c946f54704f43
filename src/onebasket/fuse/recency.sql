-- The last purchase that each moment knows of. Orders that were cancelled later are few; they are
-- looked at moment by moment, the others once.
with standing as (
    select customer_id, due, max(ts) as ts from fuse_lasting where void_due is null group by customer_id, due
),
known as (
    select s.customer_id, m.as_of, s.ts
    from standing s
    join fuse_moments m on m.as_of >= s.due
    union all
    select l.customer_id, m.as_of, l.ts
    from fuse_lasting l
    join fuse_moments m on m.as_of >= l.due and m.as_of < l.void_due
    where l.void_due is not null
)
select customer_id, as_of, max(ts) as last_ts from known group by customer_id, as_of
