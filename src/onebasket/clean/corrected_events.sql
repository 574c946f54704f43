-- The source's rows, with the corrected ones in the place of the refused ones.
select * from raw_events anti join clean_mended_events using (file, line, item) where source = $source
union all
select * from clean_mended_events semi join raw_events using (source, file, line, item)
