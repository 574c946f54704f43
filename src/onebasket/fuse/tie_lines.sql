-- Purchases and returns in one row of numbers for the kernel that ties them. Cancelled orders take
-- no part. `code` is the place in time; a purchase comes before a return of the same moment.
with both_kinds as (
    select source, file, line, item, ts, order_id, product_id, customer_id, units, amount_minor, 0 as back
    from fuse_sold
    where product_id is not null and units > 0 and not cancelled
    union all
    select source, file, line, item, ts, order_id, product_id, customer_id, units, amount_minor, 1 as back
    from fuse_returns
    where product_id is not null and units > 0 and not cancelled
)
select
    source,
    file,
    line,
    item,
    row_number() over (order by ts, back, source, file, line, item) - 1 as code,
    back,
    case when order_id is not null then dense_rank() over (order by order_id, product_id) else 0 end as order_group,
    case
        when customer_id is not null then dense_rank() over (order by customer_id, product_id)
        else 0
    end as customer_group,
    units,
    amount_minor
from both_kinds
