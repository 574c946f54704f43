select kind, old_id, new_id, why, version, at_ts from previous_supersessions
union all
select kind, old_id, new_id, why, version, at_ts from align_superseded_customers
union all
select kind, old_id, new_id, why, version, at_ts from align_superseded_products
