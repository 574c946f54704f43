-- Which source's word on an order counts: the one that knows most of payment. First by the share
-- of its heads that state a status, then of those that tell refunds and cancellations, then of
-- those that state shipping or tax.
with said as (
    select
        source,
        count(*) as heads,
        count(*) filter (where status <> 'unknown') as stated,
        count(*) filter (where status in ('refunded', 'partly_refunded', 'cancelled')) as followed,
        count(*) filter (where extras_minor <> 0) as itemised
    from fuse_heads
    group by source
)
select
    source,
    row_number() over (
        order by
            stated / nullif(heads, 0) desc,
            followed / nullif(heads, 0) desc,
            itemised / nullif(heads, 0) desc,
            source
    ) as place
from said
