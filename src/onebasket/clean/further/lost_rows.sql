select r.*, f.reason, f.field
from clean_said as r
join clean_faulty as f using (file, line, item)
