-- Pairs of records nearest to a toss-up, the most telling first: one a pair of customers, and one for
-- each customer of those joined.
with named as (
    select
        m.record_a,
        m.record_b,
        m.probability,
        m.joined,
        case when a.customer_id < b.customer_id then a.customer_id else b.customer_id end as first_id,
        case when a.customer_id < b.customer_id then b.customer_id else a.customer_id end as second_id,
        abs(m.weight_bits) as doubt
    from customer_matches m
    join customer_links a on a.record_id = m.record_a
    join customer_links b on b.record_id = m.record_b
    left join identity_decided d on d.record_a = m.record_a and d.record_b = m.record_b
    where d.record_a is null
),
chosen as (
    select record_a, record_b, probability, joined, doubt
    from named
    qualify row_number() over (partition by first_id, second_id order by doubt, record_a, record_b) = 1
)
select record_a, record_b, probability, joined
from chosen
qualify row_number() over (order by doubt, record_a, record_b) <= $top
