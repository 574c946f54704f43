-- Records of people of each source, and the usable identifiers they carry.
with carried as (
    select source, count(*) as identifiers from identifiers where usable group by source
)
select p.source, count(*) as records, coalesce(max(c.identifiers), 0) as identifiers
from people as p
left join carried as c on c.source = p.source
group by p.source
order by p.source
