-- Purchase lines by customer, category and the moments between which they count.
select l.customer_id, coalesce(c.category_top, 'unknown') as category, l.due, l.void_due, count(*) as lines
from timeline t
join fuse_lasting l on l.customer_id = t.customer_id and l.order_id = t.order_id
left join catalogue c on c.product_id = t.product_id
where t.action = 'purchase'
group by l.customer_id, coalesce(c.category_top, 'unknown'), l.due, l.void_due
