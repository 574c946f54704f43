-- What each record says, one row an attribute. Attributes of one `part` win together: a name or an
-- address put together from two records would be nobody's. `standing` is the record's place, behind
-- all records that say more of the part.
select customer_id, place, 'account' as part, 'account' as attribute, account as value, place as standing
from fuse_people
where account is not null
union all
select customer_id, place, 'email', 'email', email, place
from fuse_people
where email is not null
union all
select customer_id, place, 'phone', 'phone', phone, place
from fuse_people
where phone is not null
union all
select customer_id, place, 'birth_date', 'birth_date', birth_date, place
from fuse_people
where birth_date is not null
union all
select customer_id, place, 'company', 'company', company, place
from fuse_people
where company is not null
union all
select customer_id, place, 'name', 'given_name', given_name, name_lacks * 1000000000 + place
from fuse_people
where given_name is not null
union all
select customer_id, place, 'name', 'family_name', family_name, name_lacks * 1000000000 + place
from fuse_people
where family_name is not null
union all
select customer_id, place, 'name', 'full_name', full_name, name_lacks * 1000000000 + place
from fuse_people
where full_name is not null
union all
select customer_id, place, 'address', 'address', address, address_lacks * 1000000000 + place
from fuse_people
where address is not null
union all
select customer_id, place, 'address', 'city', city, address_lacks * 1000000000 + place
from fuse_people
where city is not null
union all
select customer_id, place, 'address', 'region', region, address_lacks * 1000000000 + place
from fuse_people
where region is not null
union all
select customer_id, place, 'address', 'postcode', postcode, address_lacks * 1000000000 + place
from fuse_people
where postcode is not null
union all
select customer_id, place, 'address', 'country', country, address_lacks * 1000000000 + place
from fuse_people
where country is not null
