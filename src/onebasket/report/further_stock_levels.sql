with products as (
    select product_id, sum(coalesce(available, on_hand)) as units, sum(incoming) as incoming
    from stock_levels
    group by product_id
)
select
    count(*) as products,
    (select count(distinct place) from stock_levels) as places,
    count(*) filter (where units <= 0) as sold_out,
    cast(floor(sum(units)) as bigint) as units,
    cast(floor(sum(incoming)) as bigint) as incoming
from products
