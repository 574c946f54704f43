-- How many orders both sets of records tell.
with both_ways as (
    select record_a, record_b, orders from identity_ties
    union all
    select record_b as record_a, record_a as record_b, orders from identity_ties
)
select coalesce(cast(sum(t.orders) as bigint), 0) as orders
from both_ways t
join identity_a a on a.record_id = t.record_a
join identity_b b on b.record_id = t.record_b
