-- One row a source: what was read, what became of it.
with read as (
    select
        source,
        count(*) as files,
        sum(rows)::bigint as rows_read,
        sum(rejected)::bigint as rejected,
        sum(bytes)::bigint as size_bytes
    from files
    group by source
),
spellings as (
    select distinct source, encoding from files
),
encodings as (
    select source, string_agg(encoding, ', ' order by encoding) as encodings
    from spellings
    group by source
),
happened as (
    select source, count(*) as events, min(ts) as first_ts, max(ts) as last_ts
    from events
    group by source
),
refused as (
    select source, count(*) as refused from quarantine group by source
)
select
    sources.source,
    sources.channel,
    sources.format,
    sources.currency,
    sources.time_zone,
    coalesce(read.files, 0) as files,
    coalesce(read.rows_read, 0) as rows_read,
    coalesce(read.size_bytes, 0) as size_bytes,
    encodings.encodings,
    coalesce(happened.events, 0) as events,
    happened.first_ts,
    happened.last_ts,
    coalesce(refused.refused, 0) as refused
from sources
left join read on read.source = sources.source
left join encodings on encodings.source = sources.source
left join happened on happened.source = sources.source
left join refused on refused.source = sources.source
order by sources.source
