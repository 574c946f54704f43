-- What each row calls its product, by the surest of the names it gives.
select
    *,
    case
        when key_said is not null then 'k:' || key_said
        when sku_said is not null then 's:' || sku_said
        when gtin_said is not null then 'g:' || gtin_said
        when title_said is not null then 't:' || title_said
    end as listing
from clean_said
