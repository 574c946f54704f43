select
    count(*) as payments,
    cast(sum(amount_minor) filter (where kind = 'charge' and coalesce(status, 'succeeded') = 'succeeded') as bigint)
        as charged_minor,
    cast(sum(-amount_minor) filter (where kind = 'refund' and coalesce(status, 'succeeded') = 'succeeded') as bigint)
        as refunded_minor,
    cast(coalesce(sum(fee_minor), 0) + coalesce(sum(-amount_minor) filter (where kind = 'fee'), 0) as bigint)
        as fees_minor,
    count(*) filter (where disputed or kind = 'dispute') as disputes
from order_payments
