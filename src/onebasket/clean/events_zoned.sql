select distinct time_zone from clean_raw_events where time_zone is not null
