-- Which product each row means that does not say it by its key.
select f.file, t.line, t.item, l.product_key
from clean_events_typed as t
join clean_event_files as f on f.file_no = t.file_no
join clean_listing_keys as l on l.listing = t.listing
where l.key_said is null and t.fault is null
