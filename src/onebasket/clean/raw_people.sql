select * from raw_people where source = $source
