-- The source's rows, with the corrected ones in the place of the refused ones.
with said as (
    select * from raw_products where source = $source
)
select * from said anti join clean_corrected_products using (file, line)
union all
select * from clean_corrected_products semi join said using (file, line)
