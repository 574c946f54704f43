-- The source's rows, with the corrected ones in the place of the refused ones.
with said as (
    select * from raw_people where source = $source
)
select * from said anti join clean_corrected_people using (file, line)
union all
select * from clean_corrected_people semi join said using (file, line)
