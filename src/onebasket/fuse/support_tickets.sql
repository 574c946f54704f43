-- What a customer wrote where a mark was asked for stays behind.
select
    't' || substr(md5(t.source || '|' || t.ticket_id), 1, 16) as ticket_id,
    t.ts,
    coalesce(k.customer_id, o.customer_id) as customer_id,
    o.fused_order_id as order_id, p.product_id, t.kind, t.status, t.priority, t.via,
    case when t.first_answer_ts >= t.ts then date_diff('second', t.ts, t.first_answer_ts) // 60 end as answer_minutes,
    case when t.closed_ts >= t.ts then date_diff('second', t.ts, t.closed_ts) // 60 end as closed_minutes,
    case
        when t.satisfaction in ('good', 'bad') or regexp_matches(t.satisfaction, '^[0-9]{1,3}([.,][0-9]{1,2})?%?\z')
            then t.satisfaction
    end as satisfaction,
    cast(length(coalesce(t.subject, '')) + length(coalesce(t.text, '')) as bigint) as letters,
    t.source, t.channel, t.file, t.line, t.item
from tickets as t
left join customer_links as k on k.record_id = t.record_id
left join fuse_named_orders as o on o.source = t.source and o.order_id = t.order_id
left join product_links as p on p.source = t.source and p.product_key = t.product_key
