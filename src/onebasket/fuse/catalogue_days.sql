-- Listings of one product are added up; their conversion is that of all their visitors.
with told as (
    select
        k.product_id, d.*, r.target,
        case
            when r.rate is null then d.amount_minor
            else cast(round(cast(d.amount_minor as decimal(19, 0)) * r.rate) as bigint)
        end as own_amount_minor,
        case
            when r.rate is null then d.refunded_minor
            else cast(round(cast(d.refunded_minor as decimal(19, 0)) * r.rate) as bigint)
        end as own_refunded_minor
    from product_days as d
    join product_links as k on k.source = d.source and k.product_key = d.product_key
    join fuse_rates as r on r.currency = d.currency
)
select
    product_id, day, source,
    min(channel) as channel,
    cast(sum(impressions) as bigint) as impressions,
    cast(sum(visitors) as bigint) as visitors,
    cast(sum(views) as bigint) as views,
    cast(sum(favourites) as bigint) as favourites,
    cast(sum(carts) as bigint) as carts,
    sum(cart_units) as cart_units,
    cast(sum(buyers) as bigint) as buyers,
    cast(sum(orders) as bigint) as orders,
    sum(units) as units,
    cast(sum(own_amount_minor) as bigint) as amount_minor,
    cast(sum(own_refunded_minor) as bigint) as refunded_minor,
    case
        when count(*) = 1 and min(conversion) filter (where conversion is not null) is not null
            then min(conversion) filter (where conversion is not null)
        else sum(buyers) / nullif(sum(visitors), 0)
    end as conversion,
    min(target) as currency
from told
group by product_id, day, source
