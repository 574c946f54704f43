-- Rows kept in each table.
select 'people' as name, count(*) as rows from people
union all
select 'products' as name, count(*) as rows from products
union all
select 'orders' as name, count(*) as rows from orders
union all
select 'events' as name, count(*) as rows from events
