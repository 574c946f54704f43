select
    'raw_products' as table_name, again.source, again.file, again.line, cast(0 as int) as item,
    once.file as of_file, once.line as of_line, cast(0 as int) as of_item, 'same_product' as why
from clean_products_ranked as again
join clean_products_ranked as once on once.product_no = again.product_no and once.place = 1
where again.place > 1
