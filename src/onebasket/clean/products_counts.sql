select
    count(*) filter (where r.price_said is not null and r.price_e4 is null) as "products price_minor unreadable",
    count(*) filter (where r.price_e4 < 0) as "products price_minor negative_price",
    count(*) filter (where r.price_said is null) as "products price_minor price_missing",
    count(*) filter (where r.stock_said is not null and r.stock_units is null) as "products stock unreadable",
    count(*) filter (where r.gtin_said is not null and gtin.gtin14 is null) as "products gtin unreadable",
    count(*) filter (where r.size_said is not null and size.size_value is null) as "products size_value unreadable",
    count(*) filter (where r.currency_said is not null and m.currency is null) as "products currency unknown_currency",
    count(*) filter (where r.vector_said is not null and vector.vector is null) as "products vector unreadable",
    count(*) filter (where array_length(vector.vector) <> width.numbers) as "products vector other_width",
    count(*) filter (where r.title is not null and r.title_said is null) as "products title empty_text",
    count(*) filter (where r.brand is not null and r.brand_said is null) as "products brand empty_text",
    count(*) filter (where r.category is not null and r.category_said is null) as "products category empty_text"
from clean_products_read as r
left join clean_gtin as gtin on gtin.gtin_said = r.gtin_said
left join clean_size as size on size.size_said = r.size_said
left join clean_currencies as m on m.said = r.currency_said
left join clean_vector as vector on vector.vector_said = r.vector_said
cross join clean_vector_width as width
