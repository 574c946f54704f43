-- The columns of each kind of file of each source.
select distinct f.source, f.layout, f.name
from (select source, layout, unnest(header) as name from files) as f
where f.name is not null
order by f.source, f.layout, f.name
