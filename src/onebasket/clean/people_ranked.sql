-- Rows that say the same record stand together; the first in file and line stands for all.
select
    *,
    row_number() over (partition by record_id order by file, line) as place,
    cast(sum("rows") over (partition by record_id) as bigint) as said
from clean_raw_people
