select * from clean_people_refused
union all
select * from clean_products_refused
union all
select * from clean_orders_refused
union all
select * from clean_events_refused
