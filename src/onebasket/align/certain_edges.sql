-- Every carrier of an identifier is tied to the smallest one of its scope: as many edges as
-- records, not as pairs.
select distinct
    s.hub as record_a,
    i.record_id as record_b,
    i.kind,
    i.value_key,
    case when g.by_name then 'same_value_and_name' else 'same_value' end as rule
from identifiers i
join align_groups g on g.kind = i.kind and g.value_key = i.value_key
left join align_strangers t on t.kind = i.kind and t.value_key = i.value_key and t.record_id = i.record_id
join align_scopes s
    on s.kind = i.kind
    and s.value_key = i.value_key
    and s.name = case when g.by_name then i.name_key else '' end
    and s.stranger = (t.record_id is not null)
where i.usable and s.joins and i.record_id <> s.hub
