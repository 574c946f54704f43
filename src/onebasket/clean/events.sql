select
    e.source, e.channel, e.file, e.line, e.item,
    e.event_no as event_id,
    e.record_id, e.ts,
    e.act as action,
    e.order_no as order_id,
    coalesce(e.key_said, l.product_key) as product_key,
    case
        when e.act = 'purchase' then coalesce(e.units, 1)
        when e.act = 'return' then -abs(coalesce(e.units, 1))
        else e.units
    end as quantity,
    cast(round(coalesce(
        abs(e.price_e4),
        (abs(e.signed_e4) + abs(coalesce(e.discount_e4, 0))) / nullif(abs(coalesce(e.units, 1)), 0)
    ) / nullif(e.divisor, 0)) as bigint) as unit_price_minor,
    cast(round(e.signed_e4 / nullif(e.divisor, 0)) as bigint) as amount_minor,
    cast(round(abs(e.discount_e4) / nullif(e.divisor, 0)) as bigint) as discount_minor,
    e.currency,
    e.query_said as query,
    e.session_key as session,
    e.test
from clean_events_placed as e
left join clean_listing_keys as l on l.listing = e.listing and e.key_said is null
where e.late_fault is null
