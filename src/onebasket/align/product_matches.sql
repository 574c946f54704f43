select
    a.member as listing_a,
    b.member as listing_b,
    m.probability,
    m.weight_bits,
    x.root = y.root as joined,
    m.evidence
from align_product_matches m
join align_listings a on a.code = m.a
join align_listings b on b.code = m.b
join align_product_roots x on x.code = m.a
join align_product_roots y on y.code = m.b
