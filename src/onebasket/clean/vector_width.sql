-- How many numbers the vectors of most products have; of as many, the longest. None has any: null.
select max(numbers) as numbers
from (
    select array_length(v.vector) as numbers, count(*) as products
    from clean_products_read as r
    join clean_vector as v on v.vector_said = r.vector_said
    where v.vector is not null
    group by array_length(v.vector)
    qualify row_number() over (order by count(*) desc, array_length(v.vector) desc) = 1
) as most
