-- The sets of products of the orders that have to be compared by them.
with wanted as (
    select l_source as source, l_order as order_id from fuse_pairs where not (same_number and totals_agree)
    union
    select f_source, f_order from fuse_pairs where not (same_number and totals_agree)
),
sold as (
    select distinct e.source, e.order_id, k.product_id
    from events e
    join wanted w on w.source = e.source and w.order_id = e.order_id
    join product_links k on k.source = e.source and k.product_key = e.product_key
    where e.action = 'purchase'
)
select source, order_id, string_agg(product_id, ' ' order by product_id) as products
from sold
group by source, order_id
