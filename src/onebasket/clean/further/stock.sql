-- A level is told by product, place and time.
select
    r.source, r.channel, r.file, r.line, r.item,
    r.product_key, r.sku, r.gtin, r.title, r.title_said, r.listing,
    r.place_said as place, r.time_ts as ts,
    r.on_hand_n as on_hand, r.available_n as available, r.reserved_n as reserved, r.incoming_n as incoming,
    r.listing || '|' || coalesce(r.place_said, '') || '|' || coalesce(r.time_said, '') as same,
    case
        when r.listing is null then 'no_product:product_key'
        when r.unread is not null then r.unread
        when r.time_ts < x.earliest then 'too_early:time'
        when r.time_ts > x.latest then 'future_time:time'
        when coalesce(r.on_hand_n, r.available_n, r.reserved_n, r.incoming_n) is null then 'bad_quantity:on_hand'
    end as fault
from clean_listed as r
cross join clean_limits as x
