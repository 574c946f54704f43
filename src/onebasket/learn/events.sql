-- All that known customers did; of purchases what they kept. A checkout says again what its purchase says.
-- `identity`: how likely the record that an event came with is the customer's; null: nothing but shared identifiers
-- holds it there, or it stands alone.
with certain as (
    select record_a as record_id from customer_edges
    union
    select record_b as record_id from customer_edges
),
likely as (
    select record_a as record_id, probability from customer_matches where joined
    union all
    select record_b as record_id, probability from customer_matches where joined
),
doubtful as (
    select l.record_id, max(l.probability) as identity
    from likely l
    left join certain c on c.record_id = l.record_id
    where c.record_id is null
    group by l.record_id
),
doubted as (
    select e.source, e.file, e.line, e.item, d.identity
    from events e
    join doubtful d on d.record_id = e.record_id
)
select
    t.customer_id,
    t.product_id,
    t.ts,
    t.action,
    t.channel,
    t.quantity,
    t.amount_minor,
    d.identity
from timeline t
left join doubted d on d.source = t.source and d.file = t.file and d.line = t.line and d.item = t.item
where
    t.customer_id is not null
    and t.action <> 'checkout'
    and (t.action <> 'purchase' or t.net_quantity > 0)
