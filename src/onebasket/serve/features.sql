-- What was known of customers at the latest moment that features were made for.
select
    customer_id,
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
from (
    select
        *,
        row_number() over (partition by customer_id order by as_of desc) as place
    from customer_features
) as every
where place = 1
order by customer_id
