-- What models may know of products beside who bought them.
select
    product_id,
    title,
    brand,
    category,
    vector
from catalogue
