select * from clean_texts where source = $source
