select
    j.source, j.channel, j.file, j.line,
    j.order_key as order_id,
    j.known_record as record_id,
    j.placed_ts as ts,
    case
        when j.status_word in ('paid', 'pending', 'refunded', 'partly_refunded', 'cancelled') then j.status_word
        when j.cancelled_ts is not null then 'cancelled'
        else 'unknown'
    end as status,
    j.cancelled_ts,
    cast(round(j.total_e4 / nullif(j.divisor, 0)) as bigint) as total_minor,
    cast(round(j.shipping_e4 / nullif(j.divisor, 0)) as bigint) as shipping_minor,
    cast(round(j.tax_e4 / nullif(j.divisor, 0)) as bigint) as tax_minor,
    cast(round(abs(j.discount_e4) / nullif(j.divisor, 0)) as bigint) as discount_minor,
    cast(round(abs(j.refunded_e4) / nullif(j.divisor, 0)) as bigint) as refunded_minor,
    coalesce(j.own_currency, $currency) as currency,
    h.test,
    j.place_said as place
from clean_orders_judged as j
join clean_order_heads as h on h.file = j.file and h.line = j.line
union all
select
    $source as source, channel, file, line, order_no as order_id, record_id, ts,
    'unknown' as status,
    cast(null as timestamp) as cancelled_ts,
    total_minor,
    cast(null as bigint) as shipping_minor,
    cast(null as bigint) as tax_minor,
    cast(null as bigint) as discount_minor,
    cast(null as bigint) as refunded_minor,
    currency,
    false as test,
    cast(null as varchar) as place
from clean_orders_derived
