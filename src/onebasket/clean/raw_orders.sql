select * from raw_orders where source = $source
