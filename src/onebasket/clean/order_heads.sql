select
    order_key as order_no, file, line, record_id, ts,
    coalesce(own_currency, $currency) as currency,
    coalesce(test_word in ('true', '1', 'yes'), false) as test
from clean_orders_ranked
where place = 1 and of_file is null
