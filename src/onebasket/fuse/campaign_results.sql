-- Campaigns as listed, beside what exposures tell of each.
with reached as (
    select
        campaign_id,
        count(*) as exposures,
        count(distinct customer_id) as customers
    from campaign_exposures
    where campaign_id is not null
    group by campaign_id
)
select
    n.fused_campaign_id as campaign_id, c.source, c.channel,
    coalesce(c.name, c.campaign_id) as name,
    c.medium, c.subject, c.segment, c.ts, c.end_ts, c.status, c.impressions, c.sent, c.delivered, c.opens, c.clicks,
    c.orders,
    case
        when r.rate is null then c.revenue_minor
        else cast(round(cast(c.revenue_minor as decimal(19, 0)) * r.rate) as bigint)
    end as revenue_minor,
    c.unsubscribed, c.bounces, c.complaints,
    case
        when r.rate is null then c.cost_minor
        else cast(round(cast(c.cost_minor as decimal(19, 0)) * r.rate) as bigint)
    end as cost_minor,
    r.target as currency,
    coalesce(e.exposures, 0) as exposures,
    coalesce(e.customers, 0) as customers
from campaigns as c
join fuse_rates as r on r.currency = c.currency
join fuse_named_campaigns as n on n.source = c.source and n.campaign_id = c.campaign_id
left join reached as e on e.campaign_id = n.fused_campaign_id
