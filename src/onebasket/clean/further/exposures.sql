-- An exposure with an id is told by it, its person, kind and time (one message goes to many people);
-- another by all it says.
select
    r.source, r.channel, r.file, r.line, r.item,
    r.product_key, r.sku, r.gtin, r.title, r.title_said, r.listing,
    r.exposure_id_said as exposure_id, r.campaign_id_said as campaign_id,
    case when lost.record_id is null then r.record_id end as record_id,
    r.time_ts as ts, kind.kind, r.place_said as place, r.variant_said as variant,
    case
        when r.exposure_id_said is not null then 'i:' || r.exposure_id_said
        else coalesce(r.campaign_id_said, '') || '|' || coalesce(r.listing, '') || '|' || coalesce(r.place_said, '')
            || '|' || coalesce(r.variant_said, '')
    end || '|' || coalesce(r.record_id, '') || '|' || coalesce(kind.kind, '') || '|' || coalesce(r.time_said, '')
        as same,
    case
        when coalesce(r.campaign_id_said, r.listing) is null then 'no_campaign:campaign_id'
        when kind.kind is null then 'no_action:kind'
        when r.time_ts is null then 'bad_time:time'
        when r.time_ts < x.earliest then 'too_early:time'
        when r.time_ts > x.latest then 'future_time:time'
    end as fault
from clean_listed as r
cross join clean_limits as x
left join clean_kind_words as kind on kind.kind_word = r.kind_word
left join clean_people_lost as lost on lost.record_id = r.record_id
