-- What is known of a customer, without a personal value.
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
where customer_id = $customer_id
