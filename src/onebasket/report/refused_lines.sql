-- What the refused order lines say they are worth, as text, beside the way to read it. Those beyond
-- belief are left out: one mistyped quantity would drown all others.
with unlike as (
    select source, f.file as file, f.mark as mark
    from (select source, unnest(unlike) as f from sources) as u
)
select
    q.source,
    s.currency,
    coalesce(u.mark, s.decimal_mark) as decimal_mark,
    q.row_text ->> '$.quantity' as quantity,
    q.row_text ->> '$.unit_price' as unit_price,
    q.row_text ->> '$.amount' as amount,
    q.row_text ->> '$.discount' as discount
from quarantine q
join sources s on s.source = q.source
left join unlike u on u.source = q.source and u.file = q.file
where
    q.table_name = 'raw_events'
    and (q.row_text ->> '$.action') in ('purchase', 'return')
    and q.reason not in ('absurd_quantity', 'absurd_amount')
