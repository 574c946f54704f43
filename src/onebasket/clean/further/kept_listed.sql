select j.* exclude (product_key, sku, gtin, title, title_said, listing, same, fault), l.product_key
from clean_judged as j
anti join clean_again using (file, line, item)
left join clean_listing_keys as l on l.listing = j.listing
where j.fault is null
