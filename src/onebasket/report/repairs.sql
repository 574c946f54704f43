select rule, table_name, field, sum(rows)::bigint as changed
from repairs
group by rule, table_name, field
order by changed desc, rule, table_name, field
