-- What the source's rows call products: one row a name, with the rows that tell of it first.
select
    listing,
    min(row_no) as row_no,
    coalesce(min(row_no) filter (where titled), min(row_no)) as telling_row_no,
    median(price_e4) filter (where price_e4 > 0 and coalesce(own_currency, $currency) = $currency) as price_e4
from clean_events_typed
where fault is null and listing is not null
group by listing
