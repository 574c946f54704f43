-- How many of each source's records carry a usable identifier of each kind.
with records as (
    select source, count(*) as records from people group by source
),
carried as (
    select source, kind, count(distinct record_id) as carrying
    from identifiers
    where usable
    group by source, kind
)
select records.source, records.records, carried.kind, carried.carrying
from records
left join carried on carried.source = records.source
order by records.source, carried.kind
