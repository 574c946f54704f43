-- A few customers joined from several sources, each for another mixture of reasons.
with kinds as (
    select distinct links.customer_id, edges.kind
    from customer_edges as edges
    inner join customer_links as links on links.record_id = edges.record_a
),
joined as (
    select customer_id, count(*) as ways, string_agg(kind, ' ' order by kind) as kinds
    from kinds
    group by customer_id
),
ranked as (
    select
        customers.customer_id,
        joined.kinds,
        joined.ways,
        array_length(customers.sources) as sources,
        row_number() over (
            partition by joined.kinds
            order by array_length(customers.sources) desc, customers.records, customers.customer_id
        ) as place
    from customers
    inner join joined on joined.customer_id = customers.customer_id
    where customers.known and customers.records between 2 and 7
)
select customer_id, kinds, sources
from ranked
where place = 1 and sources > 1
order by sources desc, ways desc, kinds, customer_id
limit 4
