select
    count(*) as reviews,
    count(distinct product_id) as products,
    sum(rating / nullif(scale, 0)) / nullif(count(rating), 0) as score,
    count(*) filter (where answered) as answered
from product_reviews
