select
    'clean' as stage, 'raw_people' as table_name, source, file, line, cast(0 as int) as item,
    'no_usable_value' as reason, cast(null as varchar) as field, cast(null as varchar) as found, row_text
from clean_people_lost_text
