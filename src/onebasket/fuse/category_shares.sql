with counted as (
    select l.customer_id, m.as_of, l.category, cast(sum(l.lines) as bigint) as lines
    from fuse_category_lines l
    join fuse_moments m on m.as_of >= l.due and (l.void_due is null or m.as_of < l.void_due)
    group by l.customer_id, m.as_of, l.category
),
totals as (
    select customer_id, as_of, cast(sum(lines) as bigint) as lines from counted group by customer_id, as_of
)
select
    c.customer_id,
    c.as_of,
    list_sort(list({'name': c.category, 'share': c.lines / nullif(t.lines, 0)})) as shares
from counted c
join totals t on t.customer_id = c.customer_id and t.as_of = c.as_of
group by c.customer_id, c.as_of
