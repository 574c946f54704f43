-- How many rows the source tells of each further table.
select 'stock' as name, count(*) as rows from raw_stock where source = $source
union all
select 'product_days' as name, count(*) as rows from raw_product_days where source = $source
union all
select 'campaigns' as name, count(*) as rows from raw_campaigns where source = $source
union all
select 'exposures' as name, count(*) as rows from raw_exposures where source = $source
union all
select 'reviews' as name, count(*) as rows from raw_reviews where source = $source
union all
select 'tickets' as name, count(*) as rows from raw_tickets where source = $source
union all
select 'shipments' as name, count(*) as rows from raw_shipments where source = $source
union all
select 'payments' as name, count(*) as rows from raw_payments where source = $source
