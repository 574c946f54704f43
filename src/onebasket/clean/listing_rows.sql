-- The rows that tell what each listing is called.
select s.listing, s.row_no, s.price_e4, r.product_key, r.sku, r.gtin, r.title
from clean_raw_events as r
join clean_sale_files as f on f.file = r.file
join clean_listings_seen as s on s.telling_row_no = (f.file_no * 1000000000 + r.line) * 100000 + r.item
