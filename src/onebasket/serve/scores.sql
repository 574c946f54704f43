-- What customers are expected to do; products with their titles.
select
    b.customer_id,
    b.task,
    b.target,
    coalesce(c.title, b.target) as title,
    b.value,
    b.model,
    b.as_of
from behaviour_scores b
left join catalogue c on c.product_id = b.target
order by b.customer_id, b.task, b.value desc, b.target
