-- Pairs of records that are alike, by the weight of the evidence in steps of four bits.
select
    cast(floor(case when weight_bits > 27 then 27 else weight_bits end / 4) as int) * 4 as bits,
    joined,
    count(*) as pairs
from customer_matches
group by cast(floor(case when weight_bits > 27 then 27 else weight_bits end / 4) as int) * 4, joined
order by bits, joined
