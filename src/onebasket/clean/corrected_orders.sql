-- The source's rows, with the corrected ones in the place of the refused ones.
select * from raw_orders anti join clean_mended_orders using (file, line) where source = $source
union all
select * from clean_mended_orders semi join raw_orders using (source, file, line)
