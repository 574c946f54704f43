-- Orders (or moments, of rows without order) that stand in more than one file.
select coalesce(order_said, "time") as bundle
from clean_events_read
where event_no is null
group by coalesce(order_said, "time")
having min(file) <> max(file)
