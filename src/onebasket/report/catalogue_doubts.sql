-- The pairs of listings nearest to a toss-up.
select
    a.source as source_a,
    coalesce(a.title, a.product_key) as title_a,
    b.source as source_b,
    coalesce(b.title, b.product_key) as title_b,
    m.probability,
    m.joined
from product_matches m
join products a on a.source || '/' || a.product_key = m.listing_a
join products b on b.source || '/' || b.product_key = m.listing_b
qualify row_number() over (order by abs(m.weight_bits), m.listing_a, m.listing_b) <= 6
order by abs(m.weight_bits), m.listing_a, m.listing_b
