-- Places left to chance in lists of one arm until $until, with both models' probabilities, and whether they were clicked.
select
    p.list_id, coalesce(p.customer_id, p.list_id) as customer_id, p.place, p.propensity, p.other,
    case when c.product_id is null then 0.0 else 1.0 end as reward
from improve_places as p
left join improve_clicks as c on c.list_id = p.list_id and c.product_id = p.product_id
where p.arm = $arm and p.propensity < 1 and p.other is not null and p.ts < $until
order by p.ts, p.list_id, p.place
