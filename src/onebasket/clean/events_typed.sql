-- Every row, read and judged once, in the order of file, line and item, as `row_no` numbers them.
select
    f.file_no, j.line, j.item,
    (f.file_no * 1000000000 + j.line) * 100000 + j.item as row_no,
    j.fault, j.event_no, j.act, j.listing, j.event_ts, j.order_no, j.record_id, j.own_currency,
    j.units, j.price_e4, j.signed_e4, j.discount_e4, j.query_said, j.session_key,
    case when regexp_matches(j.list_said, '^[0-9a-f]{32}\z') then j.list_said end as list_id,
    j.title_said is not null as titled,
    j.act = 'return' and j.said_action = 'purchase' as turned,
    j.act in ('purchase', 'return') and j.units is null as unit_assumed,
    j.act in ('purchase', 'return') and j.signed_e4 is null as unpriced,
    j.act in ('purchase', 'return') and j.signed_e4 is not null and j.amount_e4 is null as computed,
    j.act = 'purchase' and j.order_said is null as unnumbered,
    $walled and j.event_ts is not null and j.time_zone is null
        and not (j."time" like '%Z' or j."time" like '%:%+__:__' or j."time" like '%:%-__:__'
            or j."time" like '%:%+____' or j."time" like '%:%-____') as unzoned,
    j.order_id is not null and j.order_said is null as order_empty,
    j.product_key is not null and j.key_said is null as key_empty,
    j.currency is not null and j.currency_said is null as currency_empty,
    j.quantity is not null and j.quantity_said is null as quantity_empty,
    j.unit_price is not null and j.price_said is null as price_empty,
    j.amount is not null and j.amount_said is null as amount_empty
from clean_events_judged as j
join clean_sale_files as f on f.file = j.file
