-- What each customer of an experiment did in the days that count after their first list since $since, for those
-- whose days are over at $now. Whoever got lists of both arms, as people are joined, counts for the first one's.
with lists as (
    select distinct list_id, ts, until_ts, customer_id, arm
    from improve_places
    where experiment = $experiment and customer_id is not null and ts >= $since
),
firsts as (
    select
        *,
        row_number() over (partition by customer_id order by ts, list_id) as place,
        min(arm) over (partition by customer_id) <> max(arm) over (partition by customer_id) as crossed
    from lists
),
dealt as (select * from firsts where place = 1 and until_ts <= $now),
given as (
    select d.customer_id, count(*) as lists, count(c.list_id) as clicked
    from dealt as d
    join lists as l on l.customer_id = d.customer_id and l.ts < d.until_ts
    left join (
        select distinct list_id from improve_clicks where product_id is not null
    ) as c on c.list_id = l.list_id
    group by d.customer_id
),
bought as (
    select
        d.customer_id, count(distinct t.order_id) as orders,
        coalesce(sum(t.net_amount_minor), 0) as net_minor
    from dealt as d
    join timeline as t on t.customer_id = d.customer_id
    where t.action = 'purchase' and t.ts >= d.ts and t.ts < d.until_ts
    group by d.customer_id
)
select
    d.customer_id, d.arm, d.crossed, g.lists, g.clicked,
    coalesce(b.orders, 0) as orders, coalesce(b.net_minor, 0) as net_minor
from dealt as d
join given as g on g.customer_id = d.customer_id
left join bought as b on b.customer_id = d.customer_id
order by d.customer_id
