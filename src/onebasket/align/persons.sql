-- What records say of people, a row a record in the order of their codes. A whole name stands only
-- where its halves are not known: masked names, mostly. Accounts are told apart within their system.
with accounts as (
    select i.record_id, coalesce(s.accounts, i.source) as system, min(i.value_key) as account
    from identifiers i
    left join sources s on s.source = i.source
    where i.usable and i.kind = 'account'
    group by i.record_id, coalesce(s.accounts, i.source)
)
select
    r.code,
    r.record_id,
    p.source,
    p.given_name,
    p.family_name,
    case when p.given_name is null and p.family_name is null then p.full_name end as full_name,
    cast(p.birth_date as varchar) as birth_date,
    case when e.record_id is not null then p.email end as email,
    case when t.record_id is not null then p.phone end as phone,
    p.address,
    p.city,
    p.postcode,
    a.system,
    a.account
from align_records r
join people p on p.record_id = r.record_id
left join accounts a on a.record_id = r.record_id
left join (select distinct record_id from identifiers where usable and kind = 'email') as e
    on e.record_id = r.record_id
left join (select distinct record_id from identifiers where usable and kind = 'phone') as t
    on t.record_id = r.record_id
order by r.code
