select r.*, j.fault
from clean_raw_orders as r
join clean_orders_judged as j on j.file = r.file and j.line = r.line
where j.fault is not null
