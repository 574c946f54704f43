-- A ticket with an id is told by it, another by who says what, and when.
select
    r.source, r.channel, r.file, r.line, r.item,
    r.product_key, r.sku, r.gtin, r.title, r.title_said, r.listing,
    coalesce(r.ticket_id_said, '~' || r.file || ':' || cast(r.line as varchar) || ':' || cast(r.item as varchar))
        as ticket_id,
    case when lost.record_id is null then r.record_id end as record_id,
    r.order_id_said as order_id, r.subject_said as subject, r.text_said as text,
    kind.kind, status.status, priority.priority, via.via,
    r.time_ts as ts, r.first_answer_time_ts as first_answer_ts, r.closed_time_ts as closed_ts,
    satisfaction.satisfaction,
    case
        when r.ticket_id_said is not null then 'i:' || r.ticket_id_said
        else coalesce(r.record_id, '') || '|' || coalesce(r.listing, '') || '|' || coalesce(r.order_id_said, '')
            || '|' || coalesce(r.time_said, '') || '|' || coalesce(r.subject_said, '')
            || '|' || coalesce(r.text_said, '')
    end as same,
    case
        when r.time_ts is null then 'bad_time:time'
        when r.unread is not null then r.unread
        when r.time_ts < x.earliest then 'too_early:time'
        when r.time_ts > x.latest then 'future_time:time'
    end as fault
from clean_listed as r
cross join clean_limits as x
left join clean_kind_words as kind on kind.kind_word = r.kind_word
left join clean_status_words as status on status.status_word = r.status_word
left join clean_priority_words as priority on priority.priority_word = r.priority_word
left join clean_via_words as via on via.via_word = r.via_word
left join clean_satisfaction_words as satisfaction on satisfaction.satisfaction_word = r.satisfaction_word
left join clean_people_lost as lost on lost.record_id = r.record_id
