-- Views of the thirty days before each moment. `fuse_windows` pairs the first moment that knows of
-- an event with all moments it may still be near to.
with seen as (
    select
        customer_id,
        ts,
        case
            when date_trunc('month', ts) + interval 1 month < $last_moment
                then date_trunc('month', ts) + interval 1 month
            else $last_moment
        end as due
    from timeline
    where action = 'view' and customer_id is not null
)
select s.customer_id, w.as_of, count(*) as views
from seen s
join fuse_windows w on w.due = s.due and s.ts >= w.from_ts
group by s.customer_id, w.as_of
