-- The source's product list. Of several rows of one product the last in file and line stands.
select
    *,
    row_number() over (partition by product_no order by file desc, line desc) as place
from (
    select
        r.source, r.channel, r.file, r.line,
        coalesce(r.key_said, r.sku_said, gtin.gtin14, r.gtin_said, 'title:' || title.title_key) as product_no,
        r.sku_said, gtin.gtin14, title.tidy, title.title_key, r.brand_said, r.category_said,
        coalesce(size.size_value, title.size_value) as size_value,
        case when size.size_value is null then title.size_unit else size.size_unit end as size_unit,
        case when size.size_value is null then title.pack_count else size.pack_count end as pack_count,
        case when r.price_e4 >= 0 then cast(round(r.price_e4 / nullif(m.divisor, 0)) as bigint) end as price_minor,
        m.currency as price_currency,
        cast(round(r.stock_units) as bigint) as stock_units,
        coalesce(r.status_word not in ('draft', 'archived', 'inactive', 'deleted'), true) as active,
        case when array_length(vector.vector) = width.numbers then vector.vector end as vector
    from clean_products_read as r
    left join clean_gtin as gtin on gtin.gtin_said = r.gtin_said
    left join clean_title as title on title.title_said = r.title_said
    left join clean_size as size on size.size_said = r.size_said
    left join clean_vector as vector on vector.vector_said = r.vector_said
    cross join clean_vector_width as width
    left join clean_currencies as m on m.said = coalesce(r.currency_said, $currency)
) as named
where product_no is not null
