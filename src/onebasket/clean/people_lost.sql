-- Records of which nothing is left that tells anybody apart: whoever they were, they are nobody now.
select record_id
from clean_people_normal
where coalesce(
    account, email, phone, cookie, device, card, given_name, family_name, full_name, company, address, postcode
) is null and birth_date is null
