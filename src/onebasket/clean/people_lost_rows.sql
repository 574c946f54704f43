select r.*
from clean_raw_people as r
join clean_people_first as f on f.file = r.file and f.line = r.line and f.record_id = r.record_id
semi join clean_people_lost as lost on lost.record_id = r.record_id
