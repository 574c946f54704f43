with sizes as (
    select l.customer_id, count(*) as records
    from customer_links l
    join customers c on c.customer_id = l.customer_id
    where c.known
    group by l.customer_id
),
binned as (
    select
        case
            when records = 1 then 1
            when records = 2 then 2
            when records <= 5 then 3
            when records <= 10 then 6
            when records <= 20 then 11
            when records <= 50 then 21
            else 51
        end as least
    from sizes
)
select least, count(*) as customers from binned group by least order by least
