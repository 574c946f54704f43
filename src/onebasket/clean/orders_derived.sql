-- Heads of orders that have lines but no head: first line, time, person and sum are the lines'.
select
    t.order_no,
    min(t.row_no) as row_no,
    min(t.event_ts) as ts,
    arg_min(t.record_id, t.row_no) filter (where t.record_id is not null) as record_id,
    arg_min(t.own_currency, t.row_no) filter (where t.own_currency is not null) as own_currency,
    cast(sum(t.signed_e4) as bigint) as total_e4
from clean_events_typed as t
anti join clean_order_heads as h on h.order_no = t.order_no
anti join clean_events_out as o on o.row_no = t.row_no
where t.act in ('purchase', 'return') and t.order_no is not null
group by t.order_no
