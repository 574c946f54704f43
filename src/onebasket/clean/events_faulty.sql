select f.file, t.line, t.item, t.row_no, t.fault
from clean_events_typed as t
join clean_sale_files as f on f.file_no = t.file_no
where t.fault is not null
