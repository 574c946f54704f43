-- Whose each record is.
select record_id, customer_id from customer_links order by record_id
