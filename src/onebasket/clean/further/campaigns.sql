-- A campaign is told by its id, or by its name. One that is scheduled lies ahead.
with named as (
    select
        r.*, x.*,
        coalesce(r.campaign_id_said, r.name_said) as campaign,
        own.currency as own_currency,
        coalesce(own.divisor, x.divisor) as own_divisor,
        medium.medium as medium_told, status.status as status_told
    from clean_said as r
    cross join clean_limits as x
    left join clean_currencies as own on own.said = r.currency_said
    left join clean_medium_words as medium on medium.medium_word = r.medium_word
    left join clean_status_words as status on status.status_word = r.status_word
)
select
    source, channel, file, line, item,
    campaign as campaign_id, name_said as name, medium_told as medium, subject_said as subject,
    segment_said as segment, time_ts as ts, end_time_ts as end_ts, status_told as status,
    impressions_n as impressions, sent_n as sent, delivered_n as delivered, opens_n as opens, clicks_n as clicks,
    orders_n as orders,
    cast(round(revenue_e4 / nullif(own_divisor, 0)) as bigint) as revenue_minor,
    unsubscribed_n as unsubscribed, bounces_n as bounces, complaints_n as complaints,
    cast(round(abs(cost_e4) / nullif(own_divisor, 0)) as bigint) as cost_minor,
    coalesce(own_currency, currency_of_source) as currency,
    campaign as same,
    case
        when campaign is null then 'no_campaign:campaign_id'
        when unread is not null then unread
        when time_ts < earliest then 'too_early:time'
        when time_ts > latest and coalesce(status_told not in ('scheduled', 'draft'), true) then 'future_time:time'
        when own_currency is null and (currency_said is not null
            or (not priced and coalesce(revenue_e4, cost_e4) is not null)) then 'unknown_currency:currency'
    end as fault
from named
