-- Each order head with typed values and, where it cannot be used, its fault: 'reason:column'. `row_no` numbers them
-- in the order of file and line.
select
    r.source, r.channel, r.file, r.line, r.order_no, f.file_no * 1000000000 + r.line as row_no,
    coalesce(r.order_no, '~' || r.file || ':' || cast(r.line as varchar)) as order_key,
    case when lost.record_id is null then r.record_id end as record_id,
    r.placed_ts as ts, r.cancelled_ts, r.status_word, r.place_said,
    r.total_e4, r.shipping_e4, r.tax_e4, r.discount_e4, r.refunded_e4,
    own.currency as own_currency,
    coalesce(own.currency, $currency) as currency,
    coalesce(own.divisor, $divisor) as divisor,
    coalesce(r.test_word in ('true', '1', 'yes'), false) as test,
    case
        when r.placed_ts is null then 'bad_time:time'
        when r.placed_ts < $earliest then 'too_early:time'
        when r.placed_ts > $latest then 'future_time:time'
        when own.currency is null and (r.currency_said is not null or not $priced) then 'unknown_currency:currency'
        when r.total_e4 is null and r.total_said is not null then 'bad_amount:total'
        when abs(r.total_e4) * coalesce(own.rate, $rate) > $max_amount * 10000 then 'absurd_amount:total'
    end as fault,
    $walled and r.placed_ts is not null and r.time_zone is null
        and not (r."time" like '%Z' or r."time" like '%:%+__:__' or r."time" like '%:%-__:__'
            or r."time" like '%:%+____' or r."time" like '%:%-____') as unzoned,
    r.cancelled_said is not null and r.cancelled_ts is null as cancelled_unread,
    r.shipping_said is not null and r.shipping_e4 is null as shipping_unread,
    r.tax_said is not null and r.tax_e4 is null as tax_unread,
    r.discount_said is not null and r.discount_e4 is null as discount_unread,
    r.refunded_said is not null and r.refunded_e4 is null as refunded_unread,
    r.order_id is not null and r.order_no is null as order_empty,
    r.currency is not null and r.currency_said is null as currency_empty
from clean_orders_read as r
join clean_sale_files as f on f.file = r.file
left join clean_currencies as own on own.said = r.currency_said
left join clean_people_lost as lost on lost.record_id = r.record_id
