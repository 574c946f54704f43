select gtin_said, title_said, size_said from clean_products_read
union all
select gtin_said, title_said, cast(null as varchar) as size_said from clean_listings
