-- Orders of lines that have no head.
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
join clean_sale_files as f on f.file_no = d.row_no // 100000000000000
left join clean_currencies as m on m.said = coalesce(d.own_currency, $currency)
left join clean_people_lost as lost on lost.record_id = d.record_id
