-- The source's rows, with the corrected ones in the place of the refused ones.
with said as (
    select * from raw_events where source = $source
)
select * from said anti join clean_corrected_events using (file, line, item)
union all
select * from clean_corrected_events semi join said using (file, line, item)
