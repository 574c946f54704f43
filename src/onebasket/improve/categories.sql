-- The top category of every product.
select product_id, category_top from catalogue order by product_id
