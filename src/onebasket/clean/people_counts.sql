select
    count(*) filter (where account_reason in ('placeholder', 'shared_device')) as "people account junk_identifier",
    count(*) filter (where email_reason = 'placeholder') as "people email junk_identifier",
    count(*) filter (where phone_reason = 'placeholder') as "people phone junk_identifier",
    count(*) filter (where cookie_reason in ('placeholder', 'shared_device')) as "people cookie junk_identifier",
    count(*) filter (where device_reason in ('placeholder', 'shared_device')) as "people device junk_identifier",
    count(*) filter (where card_reason = 'placeholder') as "people card junk_identifier",
    count(*) filter (where email_reason = 'relay') as "people email relay_address",
    count(*) filter (where phone_reason = 'relay') as "people phone relay_address",
    count(*) filter (where email_reason = 'masked') as "people email masked",
    count(*) filter (where phone_reason = 'masked') as "people phone masked",
    count(*) filter (where account_reason = 'masked') as "people account masked",
    count(*) filter (where email_reason = 'invalid') as "people email unreadable",
    count(*) filter (where phone_reason = 'invalid') as "people phone unreadable",
    count(*) filter (where birth_unread) as "people birth_date unreadable",
    count(*) filter (where consent_unread) as "people consent unreadable"
from clean_people_normal
