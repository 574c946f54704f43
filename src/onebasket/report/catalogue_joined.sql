select
    count(distinct product_id) as products,
    count(distinct product_id) filter (where rule <> 'alone') as joined,
    count(*) as listings
from product_links
