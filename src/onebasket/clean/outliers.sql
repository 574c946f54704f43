-- Lines whose price is more than ten times, or less than a tenth of, what the product's lines
-- mostly cost. They stay; the report says how many there are.
select
    count(*) filter (where e.unit_price_minor > 10 * p.price_minor or 10 * e.unit_price_minor < p.price_minor)
        as "events unit_price_minor outlier_marked"
from events as e
join products as p on p.source = e.source and p.product_key = e.product_key
where e.source = $source and e.action = 'purchase' and e.currency = p.currency and p.price_minor > 0
