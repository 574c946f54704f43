-- Ids of tracked events that stand on more than one line; every line has an item 0.
select event_no
from clean_events_typed
where event_no is not null and item = 0
group by event_no
having count(*) > 1
