-- One row an event from $low to before $high. Of an order told by several sources the leader's purchases and returns stand.
-- `sources` names all tellers; other events are their source's own. Lines of test orders are left out.
select
    md5(e.source || '|' || e.file || '|' || cast(e.line as varchar) || '|' || cast(e.item as varchar)) as event_id,
    e.ts,
    case
        when e.action = 'purchase' then coalesce(o.customer_id, k.customer_id)
        when e.action = 'return' then coalesce(k.customer_id, o.customer_id)
        else k.customer_id
    end as customer_id,
    e.action,
    case when e.action in ('purchase', 'return', 'cancel') then coalesce(o.channel, e.channel) else e.channel end
        as channel,
    e.source,
    case when e.action in ('purchase', 'return', 'cancel') and o.sources is not null then o.sources else [e.source] end
        as sources,
    coalesce(o.fused_order_id, 'o' || substr(md5(e.source || '|' || e.order_id), 1, 16)) as order_id,
    p.product_id,
    e.quantity,
    case
        when r.rate is null then e.amount_minor
        else cast(round(cast(e.amount_minor as decimal(19, 0)) * r.rate) as bigint)
    end as amount_minor,
    case
        when r.rate is null then e.discount_minor
        else cast(round(cast(e.discount_minor as decimal(19, 0)) * r.rate) as bigint)
    end as discount_minor,
    case
        when e.action not in ('purchase', 'return') then null
        when n.source is not null then n.net_quantity
        else e.quantity
    end as net_quantity,
    case
        when e.action not in ('purchase', 'return') then 0
        when n.source is not null then n.net_amount_minor
        when r.rate is null then coalesce(e.amount_minor, 0)
        else coalesce(cast(round(cast(e.amount_minor as decimal(19, 0)) * r.rate) as bigint), 0)
    end as net_amount_minor,
    r.target as currency,
    e.query,
    e.session,
    e.list_id,
    e.file,
    e.line,
    e.item
from events e
join fuse_rates r on r.currency = e.currency
left join fuse_orders o on o.source = e.source and o.order_id = e.order_id
left join product_links p on p.source = e.source and p.product_key = e.product_key
left join customer_links k on k.record_id = e.record_id
left join fuse_nets n on n.source = e.source and n.file = e.file and n.line = e.line and n.item = e.item
where
    e.ts >= $low
    and e.ts < $high
    and not e.test
    and not (
        e.action in ('purchase', 'return', 'cancel')
        and (coalesce(o.test, false) or not coalesce(o.leader, true))
    )
