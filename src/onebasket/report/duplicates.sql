select why, source, count(*) as repeated
from duplicates
group by why, source
order by repeated desc, why, source
