-- A count is told by product and day. A share above 1 that is no percentage was meant as one.
select
    r.source, r.channel, r.file, r.line, r.item,
    r.product_key, r.sku, r.gtin, r.title, r.title_said, r.listing,
    cast(r.day_ts as date) as day,
    r.impressions_n as impressions, r.visitors_n as visitors, r.views_n as views,
    r.favourites_n as favourites, r.carts_n as carts, r.cart_units_n as cart_units,
    r.buyers_n as buyers, r.orders_n as orders, r.units_n as units,
    cast(round(r.amount_e4 / nullif(coalesce(own.divisor, x.divisor), 0)) as bigint) as amount_minor,
    cast(round(abs(r.refunded_e4) / nullif(coalesce(own.divisor, x.divisor), 0)) as bigint) as refunded_minor,
    case when r.conversion_n > 1 or contains(r.conversion_said, '%') then r.conversion_n / 100 else r.conversion_n end
        as conversion,
    coalesce(own.currency, x.currency_of_source) as currency,
    r.listing || '|' || coalesce(r.day_said, '') as same,
    case
        when r.listing is null then 'no_product:product_key'
        when r.day_ts is null then 'bad_time:day'
        when r.unread is not null then r.unread
        when r.day_ts < x.earliest then 'too_early:day'
        when r.day_ts > x.latest then 'future_time:day'
        when own.currency is null and (r.currency_said is not null
            or (not x.priced and coalesce(r.amount_e4, r.refunded_e4) is not null)) then 'unknown_currency:currency'
    end as fault
from clean_listed as r
cross join clean_limits as x
left join clean_currencies as own on own.said = r.currency_said
