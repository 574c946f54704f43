-- What the source's rows call products: one row a name, with what the first rows that say it tell.
select
    j.listing,
    min(j.key_said) filter (where j.key_said is not null) as key_said,
    arg_min(j.sku_said, (f.file_no * 1000000000 + j.line) * 1000 + j.item)
        filter (where j.sku_said is not null) as sku_said,
    arg_min(j.gtin_said, (f.file_no * 1000000000 + j.line) * 1000 + j.item)
        filter (where j.gtin_said is not null) as gtin_said,
    arg_min(j.title_said, (f.file_no * 1000000000 + j.line) * 1000 + j.item)
        filter (where j.title_said is not null) as title_said,
    min((f.file_no * 1000000000 + j.line) * 1000 + j.item) as row_no,
    min(j.channel) as channel,
    median(j.price_e4) filter (
        where j.price_e4 > 0 and coalesce(j.own_currency, $currency) = $currency
    ) as price_e4
from clean_events_judged as j
join clean_event_files as f on f.file = j.file
where j.fault is null and j.listing is not null
group by j.listing
