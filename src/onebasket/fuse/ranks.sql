-- Which source's word on an order counts: the one that knows most of payment. First by the share
-- of its heads that state a status, then of those that tell refunds and cancellations, then of
-- those that state shipping or tax.
with said as (
    select
        source,
        cast(floor(1000 * count_if(status <> 'unknown') / nullif(count(*), 0)) as bigint) as stated,
        cast(
            floor(1000 * count_if(status in ('refunded', 'partly_refunded', 'cancelled')) / nullif(count(*), 0))
            as bigint
        ) as followed,
        cast(floor(1000 * count_if(extras_minor <> 0) / nullif(count(*), 0)) as bigint) as itemised
    from fuse_heads
    group by source
)
select
    source,
    row_number() over (order by stated desc, followed desc, itemised desc, source) as place
from said
