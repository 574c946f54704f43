-- Orders of two sources that may be one: of the same number within six hours, or, where one has
-- no number, of the same total within half an hour. `l_` is the one whose word counts more: an
-- order with lines before one without, then by the source's place.
with ranked as (
    select h.*, r.place + case when h.lines = 0 then 1000 else 0 end as place
    from fuse_heads h
    join fuse_ranks r on r.source = h.source
),
blocks as (
    select
        source,
        order_id,
        cast(floor(total_minor / 8) as bigint) as money,
        date_trunc('hour', ts) as hour
    from ranked
    where total_minor is not null
    union
    select
        source,
        order_id,
        cast(floor((total_minor - extras_minor) / 8) as bigint) as money,
        date_trunc('hour', ts) as hour
    from ranked
    where total_minor is not null and extras_minor <> 0
),
near as (
    select b.source, b.order_id, b.money + m.shift as money, b.hour + h.shift * interval 1 hour as hour
    from blocks b
    join ranked r on r.source = b.source and r.order_id = b.order_id
    cross join (values (-1), (0), (1)) as m(shift)
    cross join (values (-1), (0), (1)) as h(shift)
    where r.number is null
),
by_number as (
    select a.source as a_source, a.order_id as a_order, b.source as b_source, b.order_id as b_order
    from ranked a
    join ranked b on b.number = a.number
    where a.source < b.source
),
by_basket as (
    select distinct
        case when n.source < b.source then n.source else b.source end as a_source,
        case when n.source < b.source then n.order_id else b.order_id end as a_order,
        case when n.source < b.source then b.source else n.source end as b_source,
        case when n.source < b.source then b.order_id else n.order_id end as b_order
    from near n
    join blocks b on b.money = n.money and b.hour = n.hour
    where n.source <> b.source
),
pairs as (
    select a_source, a_order, b_source, b_order, true as same_number from by_number
    union all
    select a_source, a_order, b_source, b_order, false as same_number from by_basket
),
compared as (
    select
        p.same_number,
        case when a.place < b.place then a.source else b.source end as l_source,
        case when a.place < b.place then a.order_id else b.order_id end as l_order,
        case when a.place < b.place then b.source else a.source end as f_source,
        case when a.place < b.place then b.order_id else a.order_id end as f_order,
        case when a.place < b.place then a.place else b.place end as l_place,
        abs(date_diff('second', a.ts, b.ts)) as seconds,
        abs(a.total_minor - b.total_minor) as apart,
        case when a.extras_minor > b.extras_minor then a.extras_minor else b.extras_minor end as extras,
        case when a.total_minor > b.total_minor then a.total_minor else b.total_minor end as larger,
        a.customer_id = b.customer_id as same_customer,
        a.customer_known and b.customer_known and a.customer_id <> b.customer_id as other_customer
    from pairs p
    join ranked a on a.source = p.a_source and a.order_id = p.a_order
    join ranked b on b.source = p.b_source and b.order_id = p.b_order
    where a.place <> b.place
)
select
    same_number,
    l_source,
    l_order,
    f_source,
    f_order,
    l_place,
    seconds,
    coalesce(same_customer, false) as same_customer,
    -- Shipping, tax and one per cent explain a difference of totals under one number.
    coalesce(apart <= extras + larger / 100, false) as totals_agree
from compared
where
    (same_number and seconds <= 21600)
    or (
        not same_number
        and seconds <= 1800
        and not coalesce(other_customer, false)
        and (apart <= 2 or abs(apart - extras) <= 2)
    )
