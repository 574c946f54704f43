-- The products with the highest net sales: one row a product and channel.
with sold as (
    select
        product_id,
        channel,
        sum(net_amount_minor)::bigint as net_minor,
        sum(coalesce(net_quantity, 0)) as units
    from timeline
    where product_id is not null and action in ('purchase', 'return')
    group by product_id, channel
),
totals as (
    select product_id, sum(net_minor)::bigint as total_minor from sold group by product_id
),
ranked as (
    select product_id, row_number() over (order by total_minor desc, product_id) as place from totals
),
bought as (
    select product_id, count(distinct customer_id) as buyers
    from timeline
    where action = 'purchase' and net_quantity > 0
    group by product_id
)
select
    ranked.place,
    catalogue.title,
    catalogue.category,
    array_length(catalogue.sources) as sources,
    coalesce(bought.buyers, 0) as buyers,
    sold.channel,
    sold.net_minor,
    sold.units
from ranked
inner join catalogue on catalogue.product_id = ranked.product_id
inner join sold on sold.product_id = ranked.product_id
left join bought on bought.product_id = ranked.product_id
where ranked.place <= $top
order by ranked.place, sold.channel
