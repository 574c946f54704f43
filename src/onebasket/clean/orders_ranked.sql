-- Usable heads. Of several heads of one order the last in file and line knows most: it stands.
-- An order without number whose tracked event is a duplicate is a duplicate too.
select
    o.row_no, o.file, o.line, o.order_key, twin.of_file, twin.of_line,
    row_number() over (partition by o.order_key order by o.row_no desc) as place
from clean_orders_judged as o
left join (
    select distinct file, line, of_file, of_line from clean_events_repeated
) as twin on twin.file = o.file and twin.line = o.line and o.order_no is null
where o.fault is null
