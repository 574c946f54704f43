-- Each row with typed values and, where it cannot be used, its fault: 'reason:column'.
with said as (
    select
        r.*,
        replace(replace(r.action_word, ' ', '_'), '-', '_') as said_action,
        own.currency as own_currency,
        coalesce(own.rate, $rate) as rate
    from clean_events_read as r
    left join clean_currencies as own on own.said = r.currency_said
),
turned as (
    select
        *,
        case
            when said_action = 'purchase' and (units < 0 or (units is null and coalesce(amount_e4, gross_e4) < 0)) then 'return'
            else said_action
        end as act,
        case
            when key_said is not null then 'k:' || key_said
            when $keyed then null
            when sku_said is not null then 's:' || sku_said
            when gtin_said is not null then 'g:' || gtin_said
            when title_said is not null then 't:' || title_said
        end as listing
    from said
)
select
    *,
    case
        when order_said is null and act = 'purchase' then '~' || file || ':' || cast(line as varchar)
        else order_said
    end as order_no,
    case when act = 'return' then -1 else 1 end * case
        when amount_e4 is not null then abs(amount_e4)
        when gross_e4 is not null and act in ('purchase', 'return')
            then case
                when abs(gross_e4) > abs(coalesce(discount_e4, 0)) then abs(gross_e4) - abs(coalesce(discount_e4, 0))
                else 0
            end
        when price_e4 is null or act not in ('purchase', 'return') then null
        when abs(price_e4) * abs(coalesce(units, 1)) > abs(coalesce(discount_e4, 0))
            then abs(price_e4) * abs(coalesce(units, 1)) - abs(coalesce(discount_e4, 0))
        else 0
    end as signed_e4,
    case
        when act is null then 'no_action:action'
        when event_ts is null and (time_said is not null or order_said is null) then 'bad_time:time'
        when event_ts < $earliest then 'too_early:time'
        when event_ts > $latest then 'future_time:time'
        when currency_said is not null and own_currency is null then 'unknown_currency:currency'
        when units is null and quantity_said is not null then 'bad_quantity:quantity'
        when units = 0 and act in ('purchase', 'return') then 'bad_quantity:quantity'
        when abs(units) > $max_quantity then 'absurd_quantity:quantity'
        when amount_e4 is null and amount_said is not null then 'bad_amount:amount'
        when gross_e4 is null and gross_said is not null then 'bad_amount:gross'
        when price_e4 is null and price_said is not null then 'bad_amount:unit_price'
        when discount_e4 is null and discount_said is not null then 'bad_amount:discount'
        when price_e4 < 0 and act <> 'return' then 'negative_price:unit_price'
        when amount_e4 < 0 and act <> 'return' then 'negative_price:amount'
        when gross_e4 < 0 and act <> 'return' then 'negative_price:gross'
        when abs(amount_e4) * rate > $max_amount * 10000 then 'absurd_amount:amount'
        when abs(gross_e4) * rate > $max_amount * 10000 then 'absurd_amount:gross'
        when abs(price_e4) * abs(coalesce(units, 1)) * rate > $max_amount * 10000 then 'absurd_amount:unit_price'
        when act = 'purchase' and listing is null then 'no_product:product_key'
    end as fault
from turned
