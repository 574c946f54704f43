-- A pair is one order when its number and time agree and one thing more does: the totals, the
-- customer or the products; without a number when totals and products agree. An order follows
-- the best of its leaders, and a leader is followed by one order of each source. Who follows a
-- follower follows its leader: two doublings reach through sixteen sources.
with agreed as (
    select p.*
    from fuse_pairs p
    left join fuse_baskets l on l.source = p.l_source and l.order_id = p.l_order
    left join fuse_baskets f on f.source = p.f_source and f.order_id = p.f_order
    where
        case
            when p.same_number
                then p.totals_agree or p.same_customer or coalesce(l.products = f.products, false)
            else coalesce(l.products = f.products, false)
        end
),
following as (
    select l_source, l_order, f_source, f_order, same_number, seconds
    from agreed
    qualify
        row_number() over (
            partition by f_source, f_order
            order by same_number desc, same_customer desc, l_place, seconds, l_source, l_order
        ) = 1
),
first_step as (
    select l_source, l_order, f_source, f_order, same_number
    from following
    qualify
        row_number() over (
            partition by l_source, l_order, f_source
            order by same_number desc, seconds, f_order
        ) = 1
),
second_step as (
    select
        a.f_source,
        a.f_order,
        a.same_number,
        coalesce(b.l_source, a.l_source) as l_source,
        coalesce(b.l_order, a.l_order) as l_order
    from first_step a
    left join first_step b on b.f_source = a.l_source and b.f_order = a.l_order
),
last_step as (
    select
        a.f_source,
        a.f_order,
        a.same_number,
        coalesce(b.l_source, a.l_source) as l_source,
        coalesce(b.l_order, a.l_order) as l_order
    from second_step a
    left join second_step b on b.f_source = a.l_source and b.f_order = a.l_order
),
led as (
    select l_source, l_order, count(*) filter (where same_number) as by_number
    from last_step
    group by l_source, l_order
)
select
    h.source,
    h.order_id,
    'o' || substr(
        md5(coalesce(s.l_source, h.source) || '|' || coalesce(s.l_order, h.order_id)), 1, 16
    ) as fused_order_id,
    s.l_source is null as leader,
    case
        when s.same_number or l.by_number > 0 then 'same_number'
        when s.l_source is not null or l.l_source is not null then 'same_basket'
        else 'alone'
    end as rule
from fuse_heads h
left join last_step s on s.f_source = h.source and s.f_order = h.order_id
left join led l on l.l_source = h.source and l.l_order = h.order_id
