select
    record_id, source, channel, file, line, "rows", account, email, phone, given_name, family_name, full_name,
    birth_date, company, address, city, region, postcode, country, cookie, device, card, consent, masked
from clean_people_normal
anti join clean_people_lost using (record_id)
