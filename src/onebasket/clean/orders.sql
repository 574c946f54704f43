-- Usable heads from $low to before $high.
select
    j.source, j.channel, j.file, j.line,
    j.order_key as order_id,
    j.record_id, j.ts,
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
    j.currency, j.test,
    j.place_said as place
from clean_orders_judged as j
join clean_order_heads as h on h.row_no = j.row_no
where j.row_no >= $low and j.row_no < $high
