-- One row a customer's order. It stood if anything of it was kept.
select
    customer_id,
    order_id,
    min(channel) as channel,
    min(ts) as ts,
    count(*) as lines,
    cast(sum(coalesce(amount_minor, 0)) as bigint) as amount_minor,
    cast(sum(coalesce(discount_minor, 0)) as bigint) as discount_minor,
    bool_or(coalesce(net_quantity, 0) > 0 or net_amount_minor > 0) as stood
from timeline
where action = 'purchase' and customer_id is not null
group by customer_id, order_id
