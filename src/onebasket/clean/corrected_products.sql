-- The source's rows, with the corrected ones in the place of the refused ones.
select * from raw_products anti join clean_mended_products using (file, line) where source = $source
union all
select * from clean_mended_products semi join raw_products using (source, file, line)
