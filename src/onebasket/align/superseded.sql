-- Where the members of each former id are now, if not all under it. An id that is gone was
-- merged into the one with most of its members, and so were all ids that had given way to it
-- before: every id that is gone points to a living one in its latest row. Other losses are splits.
with held as (
    select m.root, b.old_id, count(*) as members
    from align_members m
    join align_before b on b.member = m.member
    group by m.root, b.old_id
),
moved as (
    select
        h.old_id,
        i.id as new_id,
        living.id is not null as lives,
        row_number() over (partition by h.old_id order by h.members desc, h.root) as place
    from held h
    join align_ids i on i.root = h.root
    left join align_ids living on living.id = h.old_id
    where i.id <> h.old_id
),
now as (
    select old_id, new_id, case when not lives and place = 1 then 'merged' else 'split' end as why from moved
),
carried as (
    select p.old_id, n.new_id, 'merged' as why
    from previous_supersessions p
    join now n on n.old_id = p.new_id
    where p.kind = $kind and p.why = 'merged' and n.why = 'merged'
),
both_ways as (
    select old_id, new_id, why from now
    union
    select old_id, new_id, why from carried
)
select
    $kind as kind,
    old_id,
    new_id,
    min(why) as why,
    cast($version as bigint) as version,
    cast($started as timestamp) as at_ts
from both_ways
group by old_id, new_id
