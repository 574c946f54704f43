-- What identifies a record, one row an identifier, as pseudonyms only.
with identified as (
    select * from clean_people_normal anti join clean_people_lost using (record_id)
)
select source, record_id, 'account' as kind, account_key as value_key, name_key,
    account_reason is null as usable, account_reason as reason
from identified
where account_key is not null
union all
select source, record_id, 'email' as kind, email_key as value_key, name_key,
    email_reason is null as usable, email_reason as reason
from identified
where email_key is not null
union all
select source, record_id, 'phone' as kind, phone_key as value_key, name_key,
    phone_reason is null as usable, phone_reason as reason
from identified
where phone_key is not null
union all
select source, record_id, 'cookie' as kind, cookie_key as value_key, name_key,
    cookie_reason is null as usable, cookie_reason as reason
from identified
where cookie_key is not null
union all
select source, record_id, 'device' as kind, device_key as value_key, name_key,
    device_reason is null as usable, device_reason as reason
from identified
where device_key is not null
union all
select source, record_id, 'card' as kind, card_key as value_key, name_key,
    card_reason is null as usable, card_reason as reason
from identified
where card_key is not null
