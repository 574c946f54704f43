-- The last event of each customer since $since in the channels of improve_channels.
with told as (
    select
        t.customer_id, t.action, t.channel, t.product_id, t.amount_minor, t.quantity,
        row_number() over (partition by t.customer_id order by t.ts desc, t.event_id) as place
    from timeline as t
    semi join improve_channels as c on c.channel = t.channel
    where t.customer_id is not null and t.ts >= $since
)
select t.action, t.channel, t.product_id, t.amount_minor, t.quantity
from told as t
where t.place = 1
order by t.customer_id
