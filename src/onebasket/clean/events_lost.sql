-- Rows refused: those with a fault of their own, and lines that need what their refused or missing
-- head would have told.
select file, line, item, row_no, fault
from clean_events_faulty
union all
select
    f.file, t.line, t.item, t.row_no,
    case
        when t.event_ts is null or o.fault is not null then 'no_order:order_id'
        else 'unknown_currency:currency'
    end as fault
from clean_events_typed as t
join clean_sale_files as f on f.file_no = t.file_no
anti join clean_events_repeated as d on d.file = f.file and d.line = t.line and d.item = t.item
left join clean_order_heads as h on h.order_no = t.order_no
left join clean_orders_lost as o on o.order_no = t.order_no and o.fault = 'unknown_currency:currency'
where t.fault is null and h.order_no is null
    and (
        t.event_ts is null
        or (t.own_currency is null and not $priced)
        or (t.own_currency is null and o.fault is not null and t.act in ('purchase', 'return'))
    )
