select
    'clean' as stage, cast($table as varchar) as table_name, l.source, l.file, l.line, l.item,
    l.reason, l.field, f.found, l.row_text
from clean_lost_text as l
join clean_lost_found as f on f.row_text = l.row_text and f.field = l.field
