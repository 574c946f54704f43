select task, split, model, metric, value, low, high, customers, chosen
from scores
order by task, split, metric, value desc, model
