-- A component takes the id that most of its members had before, unless another component
-- wants the same id and holds more of its members. The others get a new id, made from the
-- smallest member; where that id was ever used, from that member and the version.
with held as (
    select m.root, b.old_id, count(*) as members
    from align_members m
    join align_before b on b.member = m.member
    group by m.root, b.old_id
),
wished as (
    select root, old_id, members
    from held
    qualify row_number() over (partition by root order by members desc, old_id) = 1
),
kept as (
    select root, old_id
    from wished
    qualify row_number() over (partition by old_id order by members desc, root) = 1
),
new as (
    select m.root, $prefix || substr(sha256(m.root), 1, 16) as first_id
    from align_members m
    left join kept k on k.root = m.root
    where m.member = m.root and k.root is null
),
used as (
    select old_id as id from align_before
    union
    select old_id from previous_supersessions
    union
    select new_id from previous_supersessions
),
numbered as (
    select
        n.root,
        n.first_id,
        u.id is not null as is_used,
        row_number() over (partition by n.first_id order by n.root) as turn
    from new n
    left join used u on u.id = n.first_id
)
select root, old_id as id from kept
union all
select
    root,
    case
        when is_used or turn > 1
            then $prefix || substr(sha256(root || '@' || cast($version as varchar)), 1, 16)
        else first_id
    end as id
from numbered
