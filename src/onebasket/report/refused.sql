-- Rows refused by reason and source: counts and names of columns only, no value.
select reason, source, stage, table_name, field, count(*) as refused
from quarantine
group by reason, source, stage, table_name, field
order by refused desc, reason, source, stage, table_name, field
