-- Money by source: lines sold and returned in the timeline (the shop's currency), lines refused
-- (the source's own currency, as far as they can be read).
with told as (
    select
        source,
        coalesce(sum(case when action = 'purchase' then amount_minor end), 0)::bigint as sold_minor,
        coalesce(sum(case when action = 'return' then amount_minor end), 0)::bigint as returned_minor,
        count(case when action = 'return' then 1 end) as return_lines
    from timeline
    where action in ('purchase', 'return')
    group by source
),
refused as (
    select
        source,
        currency,
        count(*) as lines,
        sum(case
            when decimal_mark = ',' then coalesce(comma_amount, comma_quantity * comma_price - coalesce(comma_discount, 0))
            else coalesce(dot_amount, dot_quantity * dot_price - coalesce(dot_discount, 0))
        end) as amount
    from report_refused_read
    group by source, currency
)
select
    coalesce(t.source, r.source) as source,
    coalesce(t.sold_minor, 0) as sold_minor,
    coalesce(t.returned_minor, 0) as returned_minor,
    coalesce(t.return_lines, 0) as return_lines,
    coalesce(r.lines, 0) as refused_lines,
    coalesce(r.amount, 0.0) as refused_amount,
    r.currency as refused_currency
from told t
full join refused r on r.source = t.source
order by 1
