-- Account systems in which the customers of two sets of records have different accounts.
with owners as (
    select distinct l.customer_id, 'a' as side
    from customer_links l join identity_a x on x.record_id = l.record_id
    union all
    select distinct l.customer_id, 'b' as side
    from customer_links l join identity_b y on y.record_id = l.record_id
),
accounts as (
    select distinct o.side, coalesce(s.accounts, i.source) as system, i.value_key
    from owners o
    join customer_links l on l.customer_id = o.customer_id
    join identifiers i on i.record_id = l.record_id
    left join sources s on s.source = i.source
    where i.usable and i.kind = 'account'
)
select distinct a.system
from accounts a
join accounts b on b.system = a.system
where a.side = 'a' and b.side = 'b' and a.value_key <> b.value_key
