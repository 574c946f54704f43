-- What was known of a customer at the latest moment that features were made for.
select
    recency_days,
    frequency,
    tenure_days,
    basket_lines,
    basket_minor,
    discount_share,
    views_30d,
    r,
    f,
    m,
    segment
from customer_features
where customer_id = $customer_id
order by as_of desc
limit 1
