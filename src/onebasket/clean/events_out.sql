select file, line, item from clean_events_lost
union all
select file, line, item from clean_events_repeated
