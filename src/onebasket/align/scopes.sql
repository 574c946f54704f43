-- Who joins through an identifier: all its carriers, or those of one name. A scope with more
-- accounts of one system than allowed joins nobody. `hub` is the record the others are tied to.
with scoped as (
    select distinct
        i.kind,
        i.value_key,
        case when g.by_name then i.name_key else '' end as scope,
        i.record_id,
        g.max_accounts
    from identifiers i
    join align_groups g on g.kind = i.kind and g.value_key = i.value_key
    where i.usable and not g.crowded and (i.name_key is not null or not g.by_name)
),
accounts as (
    select distinct i.record_id, coalesce(s.accounts, i.source) as system, i.value_key as account
    from identifiers i
    left join sources s on s.source = i.source
    where i.usable and i.kind = 'account'
),
by_system as (
    select s.kind, s.value_key, s.scope, a.system, count(distinct a.account) as accounts
    from scoped s
    join accounts a on a.record_id = s.record_id
    group by s.kind, s.value_key, s.scope, a.system
),
most as (
    select kind, value_key, scope, max(accounts) as accounts from by_system group by kind, value_key, scope
)
select
    s.kind,
    s.value_key,
    s.scope,
    min(s.record_id) as hub,
    coalesce(max(m.accounts), 0) <= max(s.max_accounts) as joins
from scoped s
left join most m on m.kind = s.kind and m.value_key = s.value_key and m.scope = s.scope
group by s.kind, s.value_key, s.scope
having count(*) > 1
