-- What customers did about categories and about products.
select customer_id, 'category' as about, category_top as target, ts, action, order_id, void_ts
from scoring_events
where category_top is not null and action in ('purchase', 'view', 'cart')
union all
select customer_id, 'product' as about, product_id as target, ts, action, order_id, void_ts
from scoring_events
where product_id is not null and action in ('purchase', 'view', 'cart')
