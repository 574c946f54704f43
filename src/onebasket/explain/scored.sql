-- What a customer is expected to do; products with their titles.
select
    b.task,
    b.target,
    coalesce(c.title, b.target) as title,
    b.value,
    b.model,
    b.as_of
from behaviour_scores b
left join catalogue c on c.product_id = b.target
where b.customer_id = $customer_id
order by b.task, b.value desc, b.target
