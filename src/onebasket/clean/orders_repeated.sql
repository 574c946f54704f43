select
    'raw_orders' as table_name, cast($source as varchar) as source, r.file, r.line, cast(0 as int) as item,
    coalesce(r.of_file, h.file) as of_file, coalesce(r.of_line, h.line) as of_line, cast(0 as int) as of_item,
    'same_order' as why
from clean_orders_ranked as r
left join clean_order_heads as h on h.order_no = r.order_key
where r.place > 1 or r.of_file is not null
