select record_id as member, customer_id as old_id from previous_customer_links
