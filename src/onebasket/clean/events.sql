-- Usable rows, with time, person and currency from their order's head where they lack their own.
select
    j.source, j.channel, j.file, j.line, j.item,
    j.event_no as event_id,
    coalesce(case when lost.record_id is null then j.record_id end, h.record_id) as record_id,
    coalesce(j.event_ts, h.ts) as ts,
    j.act as action,
    j.order_no as order_id,
    coalesce(j.key_said, l.product_key) as product_key,
    case
        when j.act = 'purchase' then coalesce(j.units, 1)
        when j.act = 'return' then -abs(coalesce(j.units, 1))
        else j.units
    end as quantity,
    cast(round(coalesce(
        abs(j.price_e4),
        (abs(j.signed_e4) + abs(coalesce(j.discount_e4, 0))) / nullif(abs(coalesce(j.units, 1)), 0)
    ) / nullif(m.divisor, 0)) as bigint) as unit_price_minor,
    cast(round(j.signed_e4 / nullif(m.divisor, 0)) as bigint) as amount_minor,
    cast(round(abs(j.discount_e4) / nullif(m.divisor, 0)) as bigint) as discount_minor,
    m.currency,
    j.query_said as query,
    j.session_key as session,
    coalesce(h.test, false) as test
from clean_events_judged as j
anti join clean_events_out as o on o.file = j.file and o.line = j.line and o.item = j.item
left join clean_order_heads as h on h.order_no = j.order_no
left join clean_people_lost as lost on lost.record_id = j.record_id
left join clean_currencies as m on m.said = coalesce(j.own_currency, h.currency, $currency)
left join clean_events_named as l on l.file = j.file and l.line = j.line and l.item = j.item
