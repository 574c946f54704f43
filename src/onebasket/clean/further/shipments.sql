-- A parcel with an id is told by it, its order and product; another by all it says. Several lines of
-- one record are several products, whatever they are called.
select
    r.source, r.channel, r.file, r.line, r.item,
    r.product_key, r.sku, r.gtin, r.title, r.title_said, r.listing,
    coalesce(r.shipment_id_said, r.tracking_said, '~' || r.file || ':' || cast(r.line as varchar)) as shipment_id,
    r.order_id_said as order_id, r.quantity_n as quantity, r.carrier_said as carrier, r.tracking_said as tracking,
    status.status, r.shipped_time_ts as shipped_ts, r.delivered_time_ts as delivered_ts, r.place_said as place,
    country.country, region.region,
    coalesce(r.order_id_said, '') || '|' || coalesce(r.listing, '') || '|' || cast(r.item as varchar)
        || '|' || coalesce(
            'i:' || r.shipment_id_said,
            coalesce(r.tracking_said, '') || '|' || coalesce(r.shipped_time_said, '') || '|'
                || coalesce(r.quantity, '')
        ) as same,
    case
        when coalesce(r.shipment_id_said, r.order_id_said) is null then 'no_order:order_id'
        when r.unread is not null then r.unread
        when r.shipped_time_ts < x.earliest then 'too_early:shipped_time'
        when r.shipped_time_ts > x.latest then 'future_time:shipped_time'
        when r.quantity_n > x.max_quantity then 'absurd_quantity:quantity'
    end as fault
from clean_listed as r
cross join clean_limits as x
left join clean_status_words as status on status.status_word = r.status_word
left join clean_country_words as country on country.country_word = r.country_word
left join clean_region_words as region on region.region_word = r.region_word
