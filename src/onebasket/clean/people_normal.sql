-- Every value of a record in its normal form, beside why it is no identity and its pseudonym.
select
    p.record_id, p.source, p.channel, p.file, p.line, p.said as "rows",
    account.value as account, account.reason as account_reason, account.value_key as account_key,
    email.value as email, email.reason as email_reason, email.value_key as email_key,
    phone.value as phone, phone.reason as phone_reason, phone.value_key as phone_key,
    cookie.value as cookie, cookie.reason as cookie_reason, cookie.value_key as cookie_key,
    device.value as device, device.reason as device_reason, device.value_key as device_key,
    card.value as card, card.reason as card_reason, card.value_key as card_key,
    name.given as given_name, name.family as family_name, name.full_tidy as full_name, name.name_key,
    birth.birth as birth_date,
    p.birth_date is not null and birth.birth is null as birth_unread,
    place.company_tidy as company, place.address_tidy as address, place.city_tidy as city,
    place.region_tidy as region, place.postcode_tidy as postcode, place.country_code as country,
    agreed.agreed as consent,
    p.consent is not null and agreed.agreed is null as consent_unread,
    coalesce(name.hidden, false) or coalesce(place.hidden, false)
        or coalesce(account.reason = 'masked', false) or coalesce(email.reason = 'masked', false)
        or coalesce(phone.reason = 'masked', false) or coalesce(cookie.reason = 'masked', false)
        or coalesce(device.reason = 'masked', false) or coalesce(card.reason = 'masked', false) as masked
from clean_people_first as p
left join clean_account as account on account.account = p.account
left join clean_email as email on email.email = p.email
left join clean_phone as phone
    on phone.phone = p.phone and phone.country is not distinct from p.country
left join clean_cookie as cookie on cookie.cookie = p.cookie
left join clean_device as device on device.device = p.device
left join clean_card as card on card.card = p.card
left join clean_name as name
    on name.given_name is not distinct from p.given_name
    and name.family_name is not distinct from p.family_name
    and name.full_name is not distinct from p.full_name
left join clean_birth as birth
    on birth.birth_date = p.birth_date and birth.country is not distinct from p.country
left join clean_place as place
    on place.company is not distinct from p.company
    and place.address is not distinct from p.address
    and place.city is not distinct from p.city
    and place.region is not distinct from p.region
    and place.postcode is not distinct from p.postcode
    and place.country is not distinct from p.country
left join clean_consent as agreed on agreed.consent = p.consent
