-- Lists that were seen, and products in them that were clicked: what clients send with the id of a list.
select
    list_id,
    case when action in ('view', 'cart', 'product_clicked') then product_id end as product_id,
    min(ts) as ts
from timeline
where list_id is not null
group by 1, 2
