-- Rows that say again what a later row says: of rows of one meaning the last in file and line stands.
with several as (
    select same from clean_judged where fault is null group by same having count(*) > 1
),
ranked as (
    select
        source, file, line, item,
        row_number() over alike as place,
        first_value(file) over alike as of_file,
        first_value(line) over alike as of_line,
        first_value(item) over alike as of_item
    from clean_judged
    semi join several using (same)
    where fault is null
    window alike as (partition by same order by file desc, line desc, item desc)
)
select * exclude (place) from ranked where place > 1
