select kind, count(*) as pairs from customer_edges group by kind order by pairs desc, kind
