with seen as (
    select customer_id, unnest(channels) as channel from customers where known
)
select channel, count(*) as customers from seen group by channel order by channel
