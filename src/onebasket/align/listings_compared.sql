-- The pairs of listings, one of each set, that likeness compared; the likest first.
with pairs as (
    select listing_a, listing_b, probability, weight_bits, evidence from product_matches
    union all
    select listing_b as listing_a, listing_a as listing_b, probability, weight_bits, evidence from product_matches
)
select m.listing_a, m.listing_b, m.probability, m.evidence
from pairs m
join catalogue_a a on a.member = m.listing_a
join catalogue_b b on b.member = m.listing_b
qualify row_number() over (order by m.weight_bits desc, m.listing_a, m.listing_b) = 1
