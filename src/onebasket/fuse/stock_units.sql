-- What may be sold of each product by its levels: what is available, else what is there and not promised.
select
    product_id,
    cast(floor(sum(coalesce(available, on_hand - coalesce(reserved, 0)))) as bigint) as stock
from stock_levels
where coalesce(available, on_hand) is not null
group by product_id
