-- Heads of orders that have lines but no head: first line, time, person and sum are the lines'.
select
    e.order_no,
    arg_min(e.channel, e.row_no) as channel,
    arg_min(e.file, e.row_no) as file,
    arg_min(e.line, e.row_no) as line,
    min(e.ts) as ts,
    arg_min(e.record_id, e.row_no) filter (where e.record_id is not null) as record_id,
    arg_min(e.currency, e.row_no) as currency,
    cast(sum(cast(round(e.signed_e4 / nullif(e.divisor, 0)) as bigint)) as bigint) as total_minor
from clean_events_placed as e
where e.late_fault is null and e.head_ts is null and e.act in ('purchase', 'return')
    and e.order_no is not null and e.currency is not null
    and e.channel is not null and e.file is not null and e.line is not null
group by e.order_no
