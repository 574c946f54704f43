-- Usable rows from $low to before $high, with time, person and currency from their order's head where they lack their own.
select
    $source as source, $channel as channel, f.file, t.line, t.item,
    t.event_no as event_id,
    coalesce(case when lost.record_id is null then t.record_id end, h.record_id) as record_id,
    coalesce(t.event_ts, h.ts) as ts,
    t.act as action,
    t.order_no as order_id,
    case when starts_with(t.listing, 'k:') then substr(t.listing, 3) else l.product_key end as product_key,
    case
        when t.act = 'purchase' then coalesce(t.units, 1)
        when t.act = 'return' then -abs(coalesce(t.units, 1))
        else t.units
    end as quantity,
    cast(round(coalesce(
        abs(t.price_e4),
        (abs(t.signed_e4) + abs(coalesce(t.discount_e4, 0))) / nullif(abs(coalesce(t.units, 1)), 0)
    ) / nullif(m.divisor, 0)) as bigint) as unit_price_minor,
    cast(round(t.signed_e4 / nullif(m.divisor, 0)) as bigint) as amount_minor,
    cast(round(abs(t.discount_e4) / nullif(m.divisor, 0)) as bigint) as discount_minor,
    m.currency,
    t.query_said as query,
    t.session_key as session,
    t.list_id,
    coalesce(h.test, false) as test
from clean_events_typed as t
join clean_sale_files as f on f.file_no = t.file_no
anti join clean_events_out as o on o.row_no = t.row_no
left join clean_order_heads as h on h.order_no = t.order_no
left join clean_people_lost as lost on lost.record_id = t.record_id
left join clean_currencies as m on m.said = coalesce(t.own_currency, h.currency, $currency)
left join clean_events_named as l on l.row_no = t.row_no
where t.row_no >= $low and t.row_no < $high
