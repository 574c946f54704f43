-- The pair of records, one of each set, that are most alike.
with pairs as (
    select m.record_a, m.record_b, m.weight_bits
    from customer_matches m
    join identity_a x on x.record_id = m.record_a
    join identity_b y on y.record_id = m.record_b
    union all
    select m.record_b as record_a, m.record_a as record_b, m.weight_bits
    from customer_matches m
    join identity_a x on x.record_id = m.record_b
    join identity_b y on y.record_id = m.record_a
)
select record_a, record_b
from pairs
qualify row_number() over (order by weight_bits desc, record_a, record_b) = 1
