select row_no from clean_events_lost
union all
select (f.file_no * 1000000000 + d.line) * 100000 + d.item as row_no
from clean_events_repeated as d
join clean_sale_files as f on f.file = d.file
