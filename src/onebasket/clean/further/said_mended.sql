-- The source's rows, with the corrected ones in the place of the refused ones.
select * from clean_texts anti join clean_mended_texts using (file, line, item) where source = $source
union all
select * from clean_mended_texts semi join clean_texts using (source, file, line, item)
