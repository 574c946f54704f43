select
    count(distinct shipment_id) as parcels,
    count(distinct order_id) as orders,
    count(distinct shipment_id) filter (where status in ('returned', 'lost')) as astray,
    median(date_diff('second', shipped_ts, delivered_ts)) as seconds
from order_shipments
where delivered_ts is null or shipped_ts is null or delivered_ts >= shipped_ts
