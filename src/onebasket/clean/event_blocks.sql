select min(row_no) as low, max(row_no) + 1 as high, count(*) as rows
from clean_events_typed
group by file_no, line // 100000
