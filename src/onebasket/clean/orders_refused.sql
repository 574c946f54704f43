select
    'clean' as stage, 'raw_orders' as table_name, source, file, line, cast(0 as int) as item,
    split_part(fault, ':', 1) as reason,
    split_part(fault, ':', 2) as field,
    case split_part(fault, ':', 2) when 'time' then "time" when 'currency' then currency else total end as found,
    row_text
from clean_orders_lost_text
