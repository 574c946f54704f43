select
    count(*) as exposures,
    count(distinct customer_id) as customers,
    count(*) filter (where kind = 'open') as opens,
    count(*) filter (where kind = 'click') as clicks
from campaign_exposures
