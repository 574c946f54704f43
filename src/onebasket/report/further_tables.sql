-- How many rows the shop has of each further table.
select 'stock_levels' as name, count(*) as rows from stock_levels
union all
select 'catalogue_days' as name, count(*) as rows from catalogue_days
union all
select 'campaign_results' as name, count(*) as rows from campaign_results
union all
select 'campaign_exposures' as name, count(*) as rows from campaign_exposures
union all
select 'product_reviews' as name, count(*) as rows from product_reviews
union all
select 'support_tickets' as name, count(*) as rows from support_tickets
union all
select 'order_shipments' as name, count(*) as rows from order_shipments
union all
select 'order_payments' as name, count(*) as rows from order_payments
