-- Texts that stood where a value was missing, by column.
select
    count(*) filter (where p.given_name is not null and n.given_name is null and n.full_name is null)
        as "people given_name empty_text",
    count(*) filter (where p.family_name is not null and n.family_name is null and n.full_name is null)
        as "people family_name empty_text",
    count(*) filter (where p.full_name is not null and n.full_name is null and n.given_name is null)
        as "people full_name empty_text",
    count(*) filter (where p.company is not null and n.company is null) as "people company empty_text",
    count(*) filter (where p.address is not null and n.address is null) as "people address empty_text",
    count(*) filter (where p.city is not null and n.city is null) as "people city empty_text",
    count(*) filter (where p.region is not null and n.region is null) as "people region empty_text",
    count(*) filter (where p.postcode is not null and n.postcode is null) as "people postcode empty_text",
    count(*) filter (where p.country is not null and n.country is null) as "people country empty_text"
from clean_people_first as p
join clean_people_normal as n on n.record_id = p.record_id
