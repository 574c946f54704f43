-- What came of the lists of each placement, kind and arm.
with listed as (
    select
        p.list_id, p.placement, p.basis, p.experiment, p.arm,
        count(p.product_id) as places,
        count(c.product_id) as clicks,
        coalesce(sum(b.purchases), 0) as purchases,
        coalesce(sum(b.net_minor), 0) as net_minor
    from improve_places as p
    left join improve_clicks as c on c.list_id = p.list_id and c.product_id = p.product_id
    left join improve_bought as b on b.list_id = p.list_id and b.place = p.place
    group by p.list_id, p.placement, p.basis, p.experiment, p.arm
),
seen as (select distinct list_id from improve_clicks)
select
    placement, basis, experiment, arm,
    count(*) as lists,
    count(s.list_id) as seen,
    cast(sum(places) as bigint) as places,
    count(*) filter (clicks > 0) as clicked,
    cast(sum(clicks) as bigint) as clicks,
    cast(sum(purchases) as bigint) as purchases,
    cast(sum(net_minor) as bigint) as net_minor
from listed
left join seen as s using (list_id)
group by placement, basis, experiment, arm
order by placement, basis, experiment, arm
