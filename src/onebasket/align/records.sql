select record_id, source, row_number() over (order by record_id) - 1 as code from people
