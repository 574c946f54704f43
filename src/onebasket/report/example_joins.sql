select distinct examples.customer_id, edges.record_a, edges.record_b, edges.kind
from report_examples as examples
inner join customer_links as links on links.customer_id = examples.customer_id
inner join customer_edges as edges on edges.record_a = links.record_id
order by examples.customer_id, edges.record_a, edges.record_b, edges.kind
