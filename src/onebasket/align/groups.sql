-- Identifiers that more than one record carries, with what decides how far they join.
with carried as (
    select distinct kind, value_key, record_id, name_key from identifiers where usable
),
accounts as (
    select distinct record_id, value_key as account from identifiers where usable and kind = 'account'
),
counted as (
    select kind, value_key, count(*) as records, count(distinct name_key) as names
    from carried
    group by kind, value_key
    having count(*) > 1
),
holders as (
    select c.kind, c.value_key, count(distinct a.account) as accounts
    from carried c
    join accounts a on a.record_id = c.record_id
    group by c.kind, c.value_key
)
select
    c.kind,
    c.value_key,
    c.records,
    c.names,
    coalesce(h.accounts, 0) as accounts,
    c.names > l.max_names as by_name,
    c.records > l.max_records as crowded,
    l.max_accounts
from counted c
join align_limits l on l.kind = c.kind
left join holders h on h.kind = c.kind and h.value_key = c.value_key
