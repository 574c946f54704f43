select count(*) as products from catalogue
