-- Usable rows with time, person and currency from their order's head where they lack their own.
-- `late_fault` refuses those whose head was refused. `row_no` numbers the rows of the source in order.
select
    j.source, j.channel, j.file, j.line, j.item, j.event_no, j.act, j.order_no, j.key_said, j.listing,
    j.query_said, j.session_key, j.units, j.price_e4, j.amount_e4, j.discount_e4,
    h.ts as head_ts,
    coalesce(h.test, false) as test,
    coalesce(j.event_ts, h.ts) as ts,
    coalesce(case when lost.record_id is null then j.record_id end, h.record_id) as record_id,
    coalesce(j.own_currency, h.currency, $currency) as currency,
    m.divisor,
    case when j.act = 'return' then -1 else 1 end * case
        when j.amount_e4 is not null then abs(j.amount_e4)
        when j.price_e4 is null or j.act not in ('purchase', 'return') then null
        when abs(j.price_e4) * abs(coalesce(j.units, 1)) > abs(coalesce(j.discount_e4, 0))
            then abs(j.price_e4) * abs(coalesce(j.units, 1)) - abs(coalesce(j.discount_e4, 0))
        else 0
    end as signed_e4,
    (f.file_no * 1000000000 + j.line) * 1000 + j.item as row_no,
    case
        when j.event_ts is null and h.ts is null then 'no_order:order_id'
        when j.own_currency is null and h.ts is null and o.fault = 'unknown_currency:currency'
            then 'no_order:order_id'
        when m.divisor is null then 'unknown_currency:currency'
    end as late_fault,
    j."time", j.order_id, j.currency as currency_text, j.row_text
from clean_events_judged as j
anti join clean_events_repeated as d on d.file = j.file and d.line = j.line and d.item = j.item
join clean_event_files as f on f.file = j.file
left join clean_order_heads as h on h.order_no = j.order_no
left join clean_orders_lost as o on o.order_no = j.order_no
left join clean_people_lost as lost on lost.record_id = j.record_id
left join clean_currencies as m on m.said = coalesce(j.own_currency, h.currency, $currency)
where j.fault is null
