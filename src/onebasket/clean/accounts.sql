-- Rows in, rows kept, rows refused and rows repeated, of each raw table of the source.
with refused as (
    select table_name, count(*) as refused
    from quarantine
    where source = $source and stage = 'clean'
    group by table_name
),
repeated as (
    select table_name, count(*) as repeated from duplicates where source = $source group by table_name
),
counted as (
    select 'raw_people' as table_name,
        (select count(*) from clean_raw_people) as rows_in,
        (select count(*) from people where source = $source) as kept
    union all
    select 'raw_products' as table_name,
        (select count(*) from clean_raw_products) as rows_in,
        (select count(*) from clean_products_ranked where place = 1) as kept
    union all
    select 'raw_orders' as table_name,
        (select count(*) from clean_raw_orders) as rows_in,
        (select count(*) from clean_order_heads) as kept
    union all
    select 'raw_events' as table_name,
        (select count(*) from clean_raw_events) as rows_in,
        (select count(*) from events where source = $source) as kept
)
select table_name, rows_in, kept, coalesce(refused, 0) as refused, coalesce(repeated, 0) as repeated
from counted
left join refused using (table_name)
left join repeated using (table_name)
