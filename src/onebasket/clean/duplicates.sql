select * from clean_people_repeated
union all
select * from clean_products_repeated
union all
select * from clean_orders_repeated
union all
select * from clean_events_repeated
