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
join clean_order_heads as h on h.file = j.file and h.line = j.line
union all
select
    $source as source, $channel as channel, f.file,
    d.row_no // 100000 - f.file_no * 1000000000 as line,
    d.order_no as order_id,
    case when lost.record_id is null then d.record_id end as record_id,
    d.ts,
    'unknown' as status,
    cast(null as timestamp) as cancelled_ts,
    cast(round(d.total_e4 / nullif(m.divisor, 0)) as bigint) as total_minor,
    cast(null as bigint) as shipping_minor,
    cast(null as bigint) as tax_minor,
    cast(null as bigint) as discount_minor,
    cast(null as bigint) as refunded_minor,
    m.currency,
    false as test,
    cast(null as varchar) as place
from clean_orders_derived as d
join clean_event_files as f on f.file_no = d.row_no // 100000000000000
left join clean_currencies as m on m.said = coalesce(d.own_currency, $currency)
left join clean_people_lost as lost on lost.record_id = d.record_id
