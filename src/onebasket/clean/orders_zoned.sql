select distinct time_zone from clean_raw_orders where time_zone is not null
