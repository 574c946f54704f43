-- The records of each customer, the one most to be trusted first: unmasked before masked, with an
-- account before guests, told latest, said by most rows, then by the source's name.
select
    k.customer_id,
    p.record_id,
    p.source,
    p.channel,
    p.consent,
    p.masked,
    p.account is null as guest,
    t.ts,
    p.rows,
    p.account,
    p.email,
    p.phone,
    p.given_name,
    p.family_name,
    p.full_name,
    cast(p.birth_date as varchar) as birth_date,
    p.company,
    p.address,
    p.city,
    p.region,
    p.postcode,
    p.country,
    case
        when p.given_name is not null and p.family_name is not null then 0
        when p.full_name is not null then 1
        else 2
    end as name_lacks,
    case when p.address is not null then 0 else 1 end as address_lacks,
    row_number() over (
        partition by k.customer_id
        order by
            p.masked,
            p.account is null,
            t.ts desc nulls last,
            p.rows desc,
            p.source,
            p.record_id
    ) as place
from people p
join customer_links k on k.record_id = p.record_id
left join fuse_record_times t on t.record_id = p.record_id
