select j.order_key as order_no, j.row_no, j.file, j.line, j.record_id, j.ts, j.currency, j.test
from clean_orders_judged as j
join clean_orders_ranked as r on r.row_no = j.row_no
where r.place = 1 and r.of_file is null
