select file, line, item, split_part(fault, ':', 1) as reason, split_part(fault, ':', 2) as field
from clean_judged
where fault is not null
