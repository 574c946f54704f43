select task, split, model, metric, value, low, high, customers, chosen
from scores
where task <> 'next_products'
order by task, split desc, model, metric
