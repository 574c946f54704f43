select * from raw_events where source = $source
