-- Every recommender's score in the test period for some of the purchases.
select
    kind,
    part,
    model,
    metric,
    value,
    low,
    high,
    customers,
    targets,
    chosen
from score_parts
order by
    kind,
    part,
    model
