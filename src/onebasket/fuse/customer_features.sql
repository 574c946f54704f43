-- Scores are fifths of the buyers of one moment, 5 the best; who has not bought scores 1. Segments:
--   champion   r 4-5, f + m 8-10        at_risk    r 1-2, f + m 6-10
--   loyal      r 3-5, f + m 6-10        sleeping   r 2, f + m below 6
--   new        r 4-5, one order         lost       r 1, f + m below 6
--   promising  r 3-5, the others; also who has not bought and was first seen within 90 days
-- Who has not bought for longer is sleeping.
with known as (
    select
        s.as_of,
        s.customer_id,
        case
            when s.orders > 0 then cast(date_diff('day', cast(r.last_ts as date), cast(s.as_of as date)) as int)
        end as recency_days,
        r.last_ts,
        s.orders,
        s.lines,
        s.value_minor,
        s.amount_minor,
        s.discount_minor,
        cast(date_diff('day', cast(s.first_ts as date), cast(s.as_of as date)) as int) as tenure_days
    from fuse_standing s
    left join fuse_recency r on r.customer_id = s.customer_id and r.as_of = s.as_of
),
scored as (
    select
        as_of,
        customer_id,
        cast(ntile(5) over (partition by as_of order by last_ts, customer_id) as int) as r,
        cast(ntile(5) over (partition by as_of order by orders, value_minor, customer_id) as int) as f,
        cast(ntile(5) over (partition by as_of order by value_minor, customer_id) as int) as m
    from known
    where orders > 0
)
select
    k.as_of,
    k.customer_id,
    k.recency_days,
    k.orders as frequency,
    k.value_minor,
    k.tenure_days,
    coalesce(k.lines / nullif(k.orders, 0), 0) as basket_lines,
    coalesce(k.value_minor / nullif(k.orders, 0), 0) as basket_minor,
    coalesce(k.discount_minor / nullif(k.amount_minor + k.discount_minor, 0), 0) as discount_share,
    coalesce(v.views, 0) as views_30d,
    coalesce(h.shares, []) as channel_shares,
    coalesce(g.shares, []) as category_shares,
    coalesce(s.r, 1) as r,
    coalesce(s.f, 1) as f,
    coalesce(s.m, 1) as m,
    case
        when s.r is null and k.tenure_days <= 90 then 'promising'
        when s.r is null then 'sleeping'
        when s.r >= 4 and s.f + s.m >= 8 then 'champion'
        when s.r >= 3 and s.f + s.m >= 6 then 'loyal'
        when s.r >= 4 and k.orders = 1 then 'new'
        when s.r >= 3 then 'promising'
        when s.f + s.m >= 6 then 'at_risk'
        when s.r = 2 then 'sleeping'
        else 'lost'
    end as segment
from known k
left join scored s on s.as_of = k.as_of and s.customer_id = k.customer_id
left join fuse_views v on v.as_of = k.as_of and v.customer_id = k.customer_id
left join fuse_channel_shares h on h.as_of = k.as_of and h.customer_id = k.customer_id
left join fuse_category_shares g on g.as_of = k.as_of and g.customer_id = k.customer_id
