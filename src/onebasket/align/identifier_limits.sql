with scopes as (
    select kind, value_key, count(*) filter (where joins) as joining, count(*) filter (where not joins) as refused
    from align_scopes
    group by kind, value_key
)
select
    g.kind,
    g.value_key,
    g.records,
    g.names,
    g.accounts,
    case
        when g.crowded or (coalesce(s.joining, 0) = 0 and coalesce(s.refused, 0) > 0) then 'refused'
        else 'same_name_only'
    end as decision
from align_groups g
left join scopes s on s.kind = g.kind and s.value_key = g.value_key
where g.by_name or g.crowded or coalesce(s.refused, 0) > 0
