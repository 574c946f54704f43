-- The first three things that happened, without persons.
select e.ts, e.action, p.title, e.quantity, e.amount_minor, e.currency
from events as e
left join products as p on p.source = e.source and p.product_key = e.product_key
order by e.file, e.line, e.item
limit 3
