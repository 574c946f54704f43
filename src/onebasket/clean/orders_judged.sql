-- Each order head with typed values and, where it cannot be used, its fault: 'reason:column'.
select
    r.*,
    coalesce(r.order_no, '~' || r.file || ':' || cast(r.line as varchar)) as order_key,
    own.currency as own_currency,
    coalesce(own.divisor, $divisor) as divisor,
    case when lost.record_id is null then r.record_id end as known_record,
    case
        when r.placed_ts is null then 'bad_time:time'
        when r.placed_ts < $earliest then 'too_early:time'
        when r.placed_ts > $latest then 'future_time:time'
        when own.currency is null and (r.currency_said is not null or not $priced) then 'unknown_currency:currency'
        when r.total_e4 is null and r.total_said is not null then 'bad_amount:total'
        when abs(r.total_e4) * coalesce(own.rate, $rate) > $max_amount * 10000 then 'absurd_amount:total'
    end as fault
from clean_orders_read as r
left join clean_currencies as own on own.said = r.currency_said
left join clean_people_lost as lost on lost.record_id = r.record_id
