"""Orders and events: typed, judged, freed of duplicates, tied to each other."""

from __future__ import annotations

from onebasket.clean import readings
from onebasket.clean.work import Work


def judge(work: Work) -> None:
    """Read orders and events: `clean_orders_judged` and `clean_events_judged`, nothing computed yet.

    Events may be tens of millions of rows: they are never kept whole, but read again, and only
    the columns in question, wherever they are needed.
    """
    priced = work.how.currency in {work.shop.shop.currency, *work.shop.shop.rates}
    default_divisor = work.divisor(work.how.currency)
    work.view("orders_read", work.store.parse("clean_raw_orders", readings.orders(work.how, _zoned(work, "orders"))))
    judged = work.sql("orders_judged", **work.limits, priced=priced, divisor=default_divisor)
    work.keep("orders_judged", judged)
    parsed = work.store.parse("clean_raw_events", readings.events(work.how, _zoned(work, "events"), work.key.pepper))
    work.view("events_read", parsed)
    judged = work.sql("events_judged", **work.limits, max_quantity=work.shop.clean.max_quantity)
    work.view("events_judged", judged)
    work.keep("event_files", work.sql("event_files"))


def place(work: Work) -> None:
    """Find duplicates and heads, and tie events to heads: `clean_events_placed`."""
    currency = work.how.currency
    work.keep("event_ids_repeated", work.sql("event_ids_repeated"))
    work.keep("orders_in_files", work.sql("orders_in_files"))
    work.keep("events_repeated", work.sql("events_repeated", source=work.source))
    work.keep("orders_ranked", work.sql("orders_ranked"))
    work.keep("order_heads", work.sql("order_heads", currency=currency))
    work.keep("orders_lost", work.sql("orders_lost"))
    work.view("events_placed", work.sql("events_placed", currency=currency))
    work.view("events_refused", work.sql("events_refused"))
    work.view("orders_refused", work.sql("orders_refused"))
    work.view("orders_repeated", work.sql("orders_repeated", source=work.source))


def clean_orders(work: Work) -> None:
    """Write the part of orders: heads as said, and those derived from lines that have none."""
    work.view("orders_derived", work.sql("orders_derived"))
    work.store.write(
        "orders", work.sql("orders", source=work.source, currency=work.how.currency), work.source
    )


def clean_events(work: Work) -> int:
    """Write the part of events. Gives its rows."""
    return work.store.write("events", work.sql("events"), work.source)


def _zoned(work: Work, table: str) -> bool:
    return work.keep(f"{table}_zoned", work.sql(f"{table}_zoned")) > 0
