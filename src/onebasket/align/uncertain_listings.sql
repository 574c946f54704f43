-- Pairs of listings nearest to a toss-up that nobody has judged, the most telling first: one a pair of
-- products, and one for each product of those joined.
with named as (
    select
        m.listing_a,
        m.listing_b,
        m.probability,
        m.joined,
        m.evidence,
        case when a.product_id < b.product_id then a.product_id else b.product_id end as first_id,
        case when a.product_id < b.product_id then b.product_id else a.product_id end as second_id,
        abs(m.weight_bits) as doubt
    from product_matches m
    join product_links a on a.source || '/' || a.product_key = m.listing_a
    join product_links b on b.source || '/' || b.product_key = m.listing_b
    left join catalogue_decided d on d.listing_a = m.listing_a and d.listing_b = m.listing_b
    left join catalogue_decided e on e.listing_a = m.listing_b and e.listing_b = m.listing_a
    where d.listing_a is null and e.listing_a is null
),
chosen as (
    select listing_a, listing_b, probability, joined, evidence, doubt
    from named
    qualify row_number() over (partition by first_id, second_id order by doubt, listing_a, listing_b) = 1
)
select listing_a, listing_b, probability, joined, evidence
from chosen
qualify row_number() over (order by doubt, listing_a, listing_b) <= $top
