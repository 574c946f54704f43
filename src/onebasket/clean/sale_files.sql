select file, row_number() over (order by file) as file_no
from (
    select file from clean_raw_orders
    union
    select file from clean_raw_events
) as files
