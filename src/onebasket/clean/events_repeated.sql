-- Rows that repeat another. A tracked event is told by its id: the first line stands. Lines of an
-- order have no id: the nth equal line of a file repeats the nth equal line of the first file that
-- has one, and equal lines of one file are units bought.
with tracked as (
    select
        t.event_no, t.item, f.file, t.line,
        row_number() over (partition by t.event_no, t.item order by t.row_no) as place
    from clean_events_typed as t
    join clean_sale_files as f on f.file_no = t.file_no
    semi join clean_event_ids_repeated as again on again.event_no = t.event_no
    where t.fault is null
),
counted as (
    select
        *,
        row_number() over (
            partition by file, bundle, record_id, action, "time", time_zone, order_id, product_key, sku, gtin,
                title, quantity, unit_price, amount, gross, discount, currency, query, session, list_id
            order by line, item
        ) as nth
    from (
        select
            file, line, item, record_id, action, "time", time_zone, order_id, product_key, sku, gtin, title,
            quantity, unit_price, amount, gross, discount, currency, query, session, list_id,
            coalesce(order_said, "time") as bundle
        from clean_events_read
        where event_no is null
    ) as untracked
    semi join clean_orders_in_files using (bundle)
    anti join clean_events_faulty using (file, line, item)
),
ranked as (
    select
        file, line, item,
        row_number() over same_line as place,
        first_value(file) over same_line as of_file,
        first_value(line) over same_line as of_line,
        first_value(item) over same_line as of_item
    from counted
    window same_line as (
        partition by nth, bundle, record_id, action, "time", time_zone, order_id, product_key, sku, gtin,
            title, quantity, unit_price, amount, gross, discount, currency, query, session, list_id
        order by file, line, item
    )
)
select
    'raw_events' as table_name, cast($source as varchar) as source, again.file, again.line, again.item,
    once.file as of_file, once.line as of_line, once.item as of_item, 'same_event_id' as why
from tracked as again
join tracked as once on once.event_no = again.event_no and once.item = again.item and once.place = 1
where again.place > 1
union all
select
    'raw_events' as table_name, cast($source as varchar) as source, file, line, item,
    of_file, of_line, of_item, 'same_row' as why
from ranked
where place > 1
