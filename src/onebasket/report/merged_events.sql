select why, count(*) as merged from merged_events group by why order by merged desc, why
