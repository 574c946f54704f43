select
    s.listing, s.row_no, s.price_e4, r.key_said, r.sku_said, r.gtin_said, r.title_said
from clean_events_read as r
join clean_event_files as f on f.file = r.file
join clean_listings_seen as s
    on s.telling_row_no = (f.file_no * 1000000000 + r.line) * 100000 + r.item
