-- A review with an id is told by it, another by who says what of which product, and when.
select
    r.source, r.channel, r.file, r.line, r.item,
    r.product_key, r.sku, r.gtin, r.title, r.title_said, r.listing,
    coalesce(r.review_id_said, '~' || r.file || ':' || cast(r.line as varchar) || ':' || cast(r.item as varchar))
        as review_id,
    case when lost.record_id is null then r.record_id end as record_id,
    r.order_id_said as order_id, r.time_ts as ts, r.rating_n as rating, coalesce(r.scale_n, 5) as scale,
    r.heading_said as heading, r.text_said as text, verified.verified, status.status, r.answer_said as answer,
    case
        when r.review_id_said is not null then 'i:' || r.review_id_said
        else coalesce(r.record_id, '') || '|' || coalesce(r.listing, '') || '|' || coalesce(r.order_id_said, '')
            || '|' || coalesce(r.time_said, '') || '|' || coalesce(r.rating, '')
            || '|' || coalesce(r.heading_said, '') || '|' || coalesce(r.text_said, '')
    end as same,
    case
        when r.time_ts is null then 'bad_time:time'
        when r.unread is not null then r.unread
        when r.time_ts < x.earliest then 'too_early:time'
        when r.time_ts > x.latest then 'future_time:time'
        when coalesce(r.scale_n, 5) = 0 then 'bad_rating:scale'
        when r.rating_n > coalesce(r.scale_n, 5) then 'bad_rating:rating'
        when r.rating_n is null and r.heading_said is null and r.text_said is null then 'no_usable_value:rating'
    end as fault
from clean_listed as r
cross join clean_limits as x
left join clean_verified_words as verified on verified.verified_word = r.verified_word
left join clean_status_words as status on status.status_word = r.status_word
left join clean_people_lost as lost on lost.record_id = r.record_id
