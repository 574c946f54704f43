-- count_if is null over no rows; count is not.
select
    count(*) as seen,
    count(case when known then 1 end) as known,
    count(case when known and orders > 0 then 1 end) as buyers,
    count(case when known and orders > 1 then 1 end) as repeat_buyers,
    count(case when known and array_length(channels) > 1 then 1 end) as many_channels
from customers
