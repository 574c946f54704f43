select
    examples.customer_id,
    people.record_id,
    people.source,
    people.given_name,
    people.family_name,
    people.full_name,
    people.email,
    people.phone,
    people.account,
    people.cookie,
    people.device,
    people.card
from report_examples as examples
inner join customer_links as links on links.customer_id = examples.customer_id
inner join people on people.record_id = links.record_id
order by examples.customer_id, people.source, people.record_id
