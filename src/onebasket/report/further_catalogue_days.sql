select
    count(distinct product_id) as products,
    min(day) as first_day,
    max(day) as last_day,
    cast(sum(visitors) as bigint) as visitors,
    cast(sum(buyers) as bigint) as buyers,
    cast(sum(amount_minor) as bigint) as amount_minor
from catalogue_days
