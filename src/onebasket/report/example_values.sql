select examples.customer_id, won.attribute, won.value, won.source, won.why, won.others
from report_examples as examples
inner join customer_values as won on won.customer_id = examples.customer_id
order by examples.customer_id, won.attribute
