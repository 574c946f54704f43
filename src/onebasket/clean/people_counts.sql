select
    count_if(account_reason in ('placeholder', 'shared_device')) as "people account junk_identifier",
    count_if(email_reason = 'placeholder') as "people email junk_identifier",
    count_if(phone_reason = 'placeholder') as "people phone junk_identifier",
    count_if(cookie_reason in ('placeholder', 'shared_device')) as "people cookie junk_identifier",
    count_if(device_reason in ('placeholder', 'shared_device')) as "people device junk_identifier",
    count_if(card_reason = 'placeholder') as "people card junk_identifier",
    count_if(email_reason = 'relay') as "people email relay_address",
    count_if(phone_reason = 'relay') as "people phone relay_address",
    count_if(email_reason = 'masked') as "people email masked",
    count_if(phone_reason = 'masked') as "people phone masked",
    count_if(account_reason = 'masked') as "people account masked",
    count_if(email_reason = 'invalid') as "people email unreadable",
    count_if(phone_reason = 'invalid') as "people phone unreadable",
    count_if(birth_unread) as "people birth_date unreadable",
    count_if(consent_unread) as "people consent unreadable"
from clean_people_normal
