-- A payment is told by its id, kind and time (a refund may carry the id of what it gives back), or by
-- all it says. What leaves without saying why is a refund.
with named as (
    select
        r.*, x.*,
        coalesce(kind.kind, case when r.amount_e4 < 0 then 'refund' else 'charge' end) as kind_told,
        status.status as status_told, method.method as method_told, disputed.disputed as disputed_told,
        case when lost.record_id is null then r.record_id end as known_record,
        own.currency as own_currency,
        coalesce(own.divisor, x.divisor) as own_divisor,
        coalesce(own.rate, x.rate) as own_rate
    from clean_said as r
    cross join clean_limits as x
    left join clean_currencies as own on own.said = r.currency_said
    left join clean_kind_words as kind on kind.kind_word = r.kind_word
    left join clean_status_words as status on status.status_word = r.status_word
    left join clean_method_words as method on method.method_word = r.method_word
    left join clean_disputed_words as disputed on disputed.disputed_word = r.disputed_word
    left join clean_people_lost as lost on lost.record_id = r.record_id
)
select
    source, channel, file, line, item,
    coalesce(payment_id_said, '~' || file || ':' || cast(line as varchar) || ':' || cast(item as varchar)) as payment_id,
    order_id_said as order_id, known_record as record_id, kind_told as kind, time_ts as ts, status_told as status,
    case when kind_told in ('refund', 'fee') then -1 else 1 end * cast(
        round(case when kind_told in ('refund', 'fee') then abs(amount_e4) else amount_e4 end / nullif(own_divisor, 0))
        as bigint) as amount_minor,
    cast(round(abs(fee_e4) / nullif(own_divisor, 0)) as bigint) as fee_minor,
    cast(round(abs(refunded_e4) / nullif(own_divisor, 0)) as bigint) as refunded_minor,
    coalesce(own_currency, currency_of_source) as currency,
    method_told as method, description_said as description, risk_said as risk, disputed_told as disputed,
    case
        when payment_id_said is not null then 'i:' || payment_id_said
        else coalesce(order_id_said, '') || '|' || coalesce(record_id, '') || '|'
            || coalesce(amount, '') || '|' || coalesce(description_said, '')
    end || '|' || kind_told || '|' || coalesce(time_said, '') as same,
    case
        when time_ts is null then 'bad_time:time'
        when unread is not null then unread
        when time_ts < earliest then 'too_early:time'
        when time_ts > latest then 'future_time:time'
        when amount_e4 is null then 'bad_amount:amount'
        when own_currency is null and (currency_said is not null or not priced) then 'unknown_currency:currency'
        when abs(amount_e4) * own_rate > max_amount * 10000 then 'absurd_amount:amount'
    end as fault
from named
