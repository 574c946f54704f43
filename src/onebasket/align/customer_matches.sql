select
    a.record_id as record_a,
    b.record_id as record_b,
    m.probability,
    m.weight_bits,
    x.root = y.root as joined,
    m.rule,
    m.evidence
from align_matches m
join align_records a on a.code = m.a
join align_records b on b.code = m.b
join align_members x on x.member = a.record_id
join align_members y on y.member = b.record_id
