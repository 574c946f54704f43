-- Every place of every list that was served, its customer under the id of now.
select
    l.list_id, l.ts, l.until_ts, coalesce(s.new_id, l.customer_id) as customer_id, l.basis, l.placement, l.experiment,
    l.arm, l.place, l.product_id, l.propensity, l.other
from improve_log as l
left join (
    select old_id, min(new_id) as new_id from supersessions where kind = 'customer' group by old_id
) as s on s.old_id = l.customer_id
