select
    count(*) as campaigns,
    cast(sum(sent) as bigint) as sent,
    cast(sum(opens) as bigint) as opens,
    cast(sum(clicks) as bigint) as clicks,
    cast(sum(revenue_minor) as bigint) as revenue_minor,
    cast(sum(cost_minor) as bigint) as cost_minor
from campaign_results
