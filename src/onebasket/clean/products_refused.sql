select
    'clean' as stage, 'raw_products' as table_name, source, file, line, cast(0 as int) as item,
    'no_product' as reason, 'product_key' as field, product_key as found, row_text
from clean_products_lost_text
