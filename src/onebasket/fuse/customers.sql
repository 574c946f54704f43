with told as (
    select
        customer_id,
        coalesce(list_sort(list(distinct channel) filter (where channel is not null)), []) as channels,
        coalesce(list_sort(list(distinct source) filter (where source is not null)), []) as sources,
        count(*) as records,
        bool_or(
            coalesce(email, phone, account, given_name, family_name, full_name) is not null
        ) as known
    from fuse_people
    group by customer_id
),
consents as (
    select customer_id, consent
    from fuse_people
    where consent is not null
    qualify row_number() over (partition by customer_id order by ts desc nulls last, place) = 1
),
bought as (
    select customer_id, count(*) filter (where stood) as orders from fuse_purchases group by customer_id
),
former as (
    select new_id, coalesce(list_sort(list(distinct old_id) filter (where old_id is not null)), []) as ids
    from supersessions
    where kind = 'customer' and why = 'merged'
    group by new_id
)
select
    t.customer_id,
    t.known,
    t.channels,
    t.sources,
    t.records,
    c.consent,
    a.first_ts,
    a.last_ts,
    coalesce(a.events, 0) as events,
    coalesce(b.orders, 0) as orders,
    coalesce(a.value_minor, 0) as value_minor,
    coalesce(f.ids, []) as superseded
from told t
left join consents c on c.customer_id = t.customer_id
left join fuse_activity a on a.customer_id = t.customer_id
left join bought b on b.customer_id = t.customer_id
left join former f on f.new_id = t.customer_id
