-- What each source's categories are in one tree: that of the source that puts most listings into one, of those
-- in the shop's language; a listing counts as much as its category has levels. A category of another source is
-- the one that most of its products are in there, if they are three at least and half of those in both trees;
-- else the one of the same name; else it stands by itself.
with told as (
    select f.source, f.category, f.product_id, coalesce(t.fits, false) as fits
    from fuse_listings f
    left join fuse_titles t on t.title = f.title
    where f.category is not null
),
counted as (
    select
        source,
        category,
        count(*) as listings,
        count(*) filter (where fits) as fitting,
        3 + length(category) - length(replace(category, ' > ', '')) as depth
    from told
    group by source, category
),
tree as (
    select source
    from counted
    group by source
    qualify row_number() over (order by sum(fitting * depth) desc, sum(listings * depth) desc, source) = 1
),
branches as (
    select c.category, n.bare
    from counted c
    join tree t on t.source = c.source
    join fuse_categories n on n.category = c.category
),
placed as (
    select distinct source, category, product_id from told
),
voted as (
    select t.source, t.category, b.category as target, count(*) as products
    from placed t
    join placed b on b.product_id = t.product_id
    join tree r on r.source = b.source
    where t.source <> r.source
    group by t.source, t.category, b.category
),
won as (
    select source, category, target, products, cast(round(sum(products) over (partition by source, category)) as bigint) as shared
    from voted
    qualify row_number() over (partition by source, category order by products desc, target) = 1
),
called as (
    select bare, min(category) as category from branches where bare <> '' group by bare
),
judged as (
    select
        c.source,
        c.category,
        c.listings,
        case
            when t.source is not null then 'tree'
            when w.products >= 3 and 2 * w.products >= w.shared then 'products'
            when n.category is not null then 'name'
            else 'own'
        end as rule,
        w.target,
        coalesce(w.products, 0) as products,
        coalesce(w.shared, 0) as shared,
        n.category as namesake
    from counted c
    left join tree t on t.source = c.source
    left join won w on w.source = c.source and w.category = c.category
    left join fuse_categories s on s.category = c.category
    left join called n on n.bare = s.bare
)
select
    source,
    category,
    case rule when 'products' then target when 'name' then namesake else category end as shared_category,
    rule,
    listings,
    products as agreeing,
    shared as products
from judged
