select * from previous_supersessions
union all
select * from align_superseded_customers
union all
select * from align_superseded_products
