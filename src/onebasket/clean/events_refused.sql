select
    'clean' as stage, 'raw_events' as table_name, source, file, line, item,
    split_part(fault, ':', 1) as reason,
    split_part(fault, ':', 2) as field,
    case split_part(fault, ':', 2)
        when 'action' then action
        when 'time' then "time"
        when 'order_id' then order_id
        when 'currency' then currency
        when 'quantity' then quantity
        when 'unit_price' then unit_price
        when 'amount' then amount
        when 'gross' then gross
        when 'discount' then discount
    end as found,
    row_text
from clean_events_lost_text
