-- The source's rows, with the corrected ones in the place of the refused ones.
select * from raw_people anti join clean_mended_people using (file, line) where source = $source
union all
select * from clean_mended_people semi join raw_people using (source, file, line)
