-- Who used a browser or device without ever signing in at one sitting with its owner: records with
-- nothing but the cookie or device, of one that others carry together with who they are, and with
-- no event in the same hour as theirs. Somebody else of the household, as likely as not; unless the
-- device has one owner, who used it in at least five hours and at least as many as the record.
with named as (
    select distinct record_id from identifiers where usable and kind not in ('cookie', 'device')
),
carried as (
    select distinct i.kind, i.value_key, i.record_id, n.record_id is not null as named
    from identifiers i
    join align_groups g on g.kind = i.kind and g.value_key = i.value_key
    left join named n on n.record_id = i.record_id
    where i.usable and i.kind in ('cookie', 'device')
),
mixed as (
    select kind, value_key
    from carried
    group by kind, value_key
    having count(*) filter (where named) > 0 and count(*) filter (where not named) > 0
),
owners as (
    select
        c.kind,
        c.value_key,
        count(distinct i.name_key) as names,
        count(distinct case when i.kind = 'account' then i.value_key end) as accounts
    from carried c
    join mixed m on m.kind = c.kind and m.value_key = c.value_key
    join identifiers i on i.record_id = c.record_id
    where c.named and i.usable
    group by c.kind, c.value_key
),
hours as (
    select distinct c.kind, c.value_key, c.record_id, c.named, date_trunc('hour', e.ts) as hour
    from carried c
    join mixed m on m.kind = c.kind and m.value_key = c.value_key
    join events e on e.record_id = c.record_id
),
sat as (
    select distinct a.kind, a.value_key, a.record_id
    from hours a
    join hours b on b.kind = a.kind and b.value_key = a.value_key and b.hour = a.hour
    where b.named and not a.named
),
used as (
    select kind, value_key, count(distinct case when named then hour end) as hours from hours group by kind, value_key
),
visits as (
    select kind, value_key, record_id, count(*) as hours from hours where not named group by kind, value_key, record_id
)
select c.kind, c.value_key, c.record_id
from carried c
join mixed m on m.kind = c.kind and m.value_key = c.value_key
join owners o on o.kind = c.kind and o.value_key = c.value_key
left join sat s on s.kind = c.kind and s.value_key = c.value_key and s.record_id = c.record_id
left join used u on u.kind = c.kind and u.value_key = c.value_key
left join visits v on v.kind = c.kind and v.value_key = c.value_key and v.record_id = c.record_id
where
    not c.named
    and s.record_id is null
    and (
        o.names > 1
        or o.accounts > 1
        or coalesce(u.hours, 0) < 5
        or coalesce(u.hours, 0) < coalesce(v.hours, 0)
    )
