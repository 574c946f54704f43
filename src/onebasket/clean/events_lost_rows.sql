select r.*, l.fault
from clean_raw_events as r
join clean_events_lost as l on l.file = r.file and l.line = r.line and l.item = r.item
