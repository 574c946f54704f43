-- Whether any row says a product by something else than its key: an empty result saves reading the rest.
select line
from clean_events_read
where key_said is null and (sku is not null or gtin is not null or title is not null)
limit 1
