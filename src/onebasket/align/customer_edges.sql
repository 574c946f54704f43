-- Why records were joined for certain: the identifiers they share, and the orders they both tell.
with edges as (
    select record_a, record_b, kind, value_key, rule from align_edges
    union all
    select record_a, record_b, 'order' as kind, substr(sha256(number), 1, 32) as value_key, 'same_order' as rule
    from align_order_ties
)
select e.record_a, e.record_b, e.kind, e.value_key, e.rule
from edges e
join align_members a on a.member = e.record_a
join align_members b on b.member = e.record_b
where a.root = b.root
