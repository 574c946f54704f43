with counted as (
    select l.customer_id, m.as_of, l.channel, count(*) as orders
    from fuse_lasting l
    join fuse_moments m on m.as_of >= l.due and (l.void_due is null or m.as_of < l.void_due)
    group by l.customer_id, m.as_of, l.channel
),
totals as (
    select customer_id, as_of, sum(orders) as orders from counted group by customer_id, as_of
)
select
    c.customer_id,
    c.as_of,
    list_sort(list({'name': c.channel, 'share': c.orders / nullif(t.orders, 0)})) as shares
from counted c
join totals t on t.customer_id = c.customer_id and t.as_of = c.as_of
group by c.customer_id, c.as_of
