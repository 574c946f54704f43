-- Up to when anything is known.
select max(ts) as now from timeline
