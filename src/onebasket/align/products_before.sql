select source || '/' || product_key as member, product_id as old_id from previous_product_links
