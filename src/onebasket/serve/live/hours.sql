-- The hours in which records with a browser or a device did anything.
select distinct e.record_id, date_trunc('hour', e.ts) as hour
from events e
semi join (select record_id from identifiers where usable and kind in ('cookie', 'device')) c using (record_id)
order by e.record_id, hour
