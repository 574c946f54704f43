select why, count(distinct old_id) as customers
from supersessions
where kind = 'customer' and version = $version
group by why
order by why
