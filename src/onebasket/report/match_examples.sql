-- One joined and one doubtful pair a kind of agreement, with the evidence; no values.
with kinds as (
    select
        record_a,
        record_b,
        probability,
        weight_bits,
        joined,
        evidence,
        row_number() over (partition by joined, rule order by abs(weight_bits - 6), record_a, record_b) as place
    from customer_matches
    where joined = (weight_bits >= 0)
)
select record_a, record_b, probability, weight_bits, joined, evidence
from kinds
where place = 1
qualify row_number() over (partition by joined order by abs(weight_bits), record_a, record_b) <= 3
order by joined desc, weight_bits desc, record_a, record_b
