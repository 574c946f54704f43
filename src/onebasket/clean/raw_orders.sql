-- The source's rows, with the corrected ones in the place of the refused ones.
with said as (
    select * from raw_orders where source = $source
)
select * from said anti join clean_corrected_orders using (file, line)
union all
select * from clean_corrected_orders semi join said using (file, line)
