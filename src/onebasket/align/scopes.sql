-- Who joins through an identifier: all its carriers, or those of one name; strangers apart from
-- those who are known. A scope with more accounts of one system than allowed joins nobody. `hub`
-- is the record the others are tied to.
with carried as (
    select distinct
        i.kind,
        i.value_key,
        case when g.by_name then i.name_key else '' end as name,
        t.record_id is not null as stranger,
        i.record_id,
        g.max_accounts
    from identifiers i
    join align_groups g on g.kind = i.kind and g.value_key = i.value_key
    left join align_strangers t
        on t.kind = i.kind and t.value_key = i.value_key and t.record_id = i.record_id
    where i.usable and not g.crowded and (i.name_key is not null or not g.by_name)
),
accounts as (
    select distinct i.record_id, coalesce(s.accounts, i.source) as system, i.value_key as account
    from identifiers i
    left join sources s on s.source = i.source
    where i.usable and i.kind = 'account'
),
by_system as (
    select c.kind, c.value_key, c.name, a.system, count(distinct a.account) as accounts
    from carried c
    join accounts a on a.record_id = c.record_id
    group by c.kind, c.value_key, c.name, a.system
),
most as (
    select kind, value_key, name, max(accounts) as accounts from by_system group by kind, value_key, name
)
select
    c.kind,
    c.value_key,
    c.name,
    c.stranger,
    min(c.record_id) as hub,
    coalesce(max(m.accounts), 0) <= max(c.max_accounts) as joins
from carried c
left join most m on m.kind = c.kind and m.value_key = c.value_key and m.name = c.name
group by c.kind, c.value_key, c.name, c.stranger
having count(*) > 1
