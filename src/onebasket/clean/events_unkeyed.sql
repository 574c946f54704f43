-- One row where some row names a product by something else than its key, none where no row does:
-- then the other names need not be read.
select count(*) as unkeyed
from clean_events_read
where key_said is null and (sku is not null or gtin is not null or title is not null)
having count(*) > 0
