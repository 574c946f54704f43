-- The moments between which an order counts: from the first that knows of it to the first that
-- knows of its cancellation.
with voids as (
    select customer_id, order_id, ts as void_ts from fuse_losses where cancelled
),
timed as (
    select
        p.customer_id,
        p.order_id,
        p.channel,
        p.ts,
        case
            when date_trunc('month', p.ts) + interval 1 month < $last_moment
                then date_trunc('month', p.ts) + interval 1 month
            else $last_moment
        end as due,
        case
            when date_trunc('month', v.void_ts) + interval 1 month < $last_moment
                then date_trunc('month', v.void_ts) + interval 1 month
            when v.void_ts is not null then $last_moment
        end as void_due
    from fuse_purchases p
    left join voids v on v.customer_id = p.customer_id and v.order_id = p.order_id
)
select * from timed where void_due is null or void_due > due
