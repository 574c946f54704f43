-- How far each channel's records come: told, identified at all, joined with another record, joined with
-- a record of another channel.
with linked as (
    select p.record_id, p.channel, l.customer_id
    from people p
    join customer_links l on l.record_id = p.record_id
),
usable as (
    select distinct record_id from identifiers where usable
),
sizes as (
    select customer_id, count(*) as records, count(distinct channel) as channels
    from linked
    group by customer_id
)
select
    r.channel,
    count(*) as records,
    count(u.record_id) as identified,
    count(*) filter (where s.records > 1) as joined,
    count(*) filter (where s.channels > 1) as across,
    count(distinct r.customer_id) as customers
from linked r
join sizes s on s.customer_id = r.customer_id
left join usable u on u.record_id = r.record_id
group by r.channel
order by count(*) desc, r.channel
