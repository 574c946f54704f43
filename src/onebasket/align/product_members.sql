with roots as (
    select meaning, min(member) as root from align_products group by meaning
)
select p.member, r.root from align_products p join roots r on r.meaning = p.meaning
