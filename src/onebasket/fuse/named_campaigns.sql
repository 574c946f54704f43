-- Which campaign each name means: the source's own, else the only one so called (by id or by name) in any
-- source, else one that nobody lists.
with told as (
    select source, campaign_id from campaigns
    union
    select source, campaign_id from exposures where campaign_id is not null
),
named as (
    select campaign_id as called, source, campaign_id from campaigns
    union
    select name as called, source, campaign_id from campaigns where name is not null
),
only_ones as (
    select called, min(source) as source, min(campaign_id) as campaign_id
    from named
    group by called
    having count(*) = 1
),
meant as (
    select
        t.source, t.campaign_id,
        case when own.source is null and one.source is not null then one.source else t.source end as of_source,
        case when own.source is null and one.source is not null then one.campaign_id else t.campaign_id end as of_campaign
    from told as t
    left join campaigns as own on own.source = t.source and own.campaign_id = t.campaign_id
    left join only_ones as one on one.called = t.campaign_id
)
select source, campaign_id, 'c' || substr(md5(of_source || '|' || of_campaign), 1, 16) as fused_campaign_id
from meant
