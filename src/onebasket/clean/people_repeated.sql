select
    'raw_people' as table_name, r.source, r.file, r.line, cast(0 as int) as item,
    f.file as of_file, f.line as of_line, cast(0 as int) as of_item, 'same_record' as why
from clean_people_ranked as r
join clean_people_first as f on f.record_id = r.record_id
where r.place > 1
