select * from raw_products where source = $source
