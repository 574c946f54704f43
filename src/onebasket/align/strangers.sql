-- Who used a browser or device without ever signing in at one sitting with its owner: records with
-- nothing but the cookie or device, of one that others carry together with who they are, and with
-- no event in the same hour as theirs. Somebody else of the household, as likely as not.
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
)
select c.kind, c.value_key, c.record_id
from carried c
join mixed m on m.kind = c.kind and m.value_key = c.value_key
left join sat s on s.kind = c.kind and s.value_key = c.value_key and s.record_id = c.record_id
where not c.named and s.record_id is null
