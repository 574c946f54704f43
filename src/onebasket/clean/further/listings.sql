-- What the usable rows call products: one row a name, told by the first that has a title.
select listing, file, line, product_key, sku, gtin, title
from clean_judged
anti join clean_again using (file, line, item)
where fault is null and listing is not null
qualify row_number() over (partition by listing order by title_said is null, file, line, item) = 1
