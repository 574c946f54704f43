select
    count(*) as tickets,
    count(distinct customer_id) as customers,
    count(*) filter (where coalesce(status, '') not in ('solved', 'closed') and closed_minutes is null) as unsolved,
    median(answer_minutes) as answer_minutes
from support_tickets
