select
    p.source,
    count(*) as listings,
    count(*) filter (where l.rule in ('gtin', 'sku')) as identified,
    count(*) filter (where l.rule = 'likeness') as alike,
    count(*) filter (where l.rule = 'decision') as decided,
    count(*) filter (where l.rule = 'alone') as alone
from products p
join product_links l on l.source = p.source and l.product_key = p.product_key
group by p.source
order by listings desc, p.source
