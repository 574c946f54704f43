select * exclude (same, fault)
from clean_judged
anti join clean_again using (file, line, item)
where fault is null
