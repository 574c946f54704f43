-- Which product each row means that does not say it by its key.
select t.row_no, l.product_key
from clean_events_typed as t
join clean_listing_keys as l on l.listing = t.listing
where l.key_said is null and t.fault is null
