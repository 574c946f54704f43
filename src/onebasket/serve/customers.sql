-- What is known of customers, without a personal value.
select
    customer_id,
    known,
    channels,
    consent,
    first_ts,
    last_ts,
    events,
    orders,
    value_minor
from customers
order by customer_id
