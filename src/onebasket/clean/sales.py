"""Orders and events: typed, judged, freed of duplicates, tied to each other."""

from __future__ import annotations

from onebasket.clean import readings
from onebasket.clean.work import Work
from onebasket.store.slices import slices

_SLICE_ROWS = 1_000_000


def judge(work: Work) -> None:
    """Read orders and events and find what is wrong with each row by itself."""
    how, limits = work.how, work.limits
    work.keep("sale_files", work.sql("sale_files"))
    work.view(
        "orders_read", work.store.parse("clean_raw_orders", readings.orders(how, _zoned(work, "orders")))
    )
    judged = work.sql(
        "orders_judged",
        **limits,
        currency=how.currency,
        divisor=work.divisor(how.currency),
        priced=work.priced,
        walled=how.walled,
    )
    work.keep("orders_judged", judged, large=True)
    parsed = readings.events(how, _zoned(work, "events"), work.key.pepper)
    work.view("events_read", work.store.parse("clean_raw_events", parsed))
    keyed = work.keep("events_unkeyed", work.sql("events_unkeyed")) == 0
    max_quantity = work.shop.clean.max_quantity
    work.view("events_judged", work.sql("events_judged", **limits, max_quantity=max_quantity, keyed=keyed))
    work.keep("events_typed", work.sql("events_typed", walled=how.walled), large=True)
    work.keep("events_faulty", work.sql("events_faulty"))


def place(work: Work) -> None:
    """Find duplicates, then heads, then the rows that are lost with their head.

    In this order, as a head without number repeats another when its tracked event does.
    """
    work.keep("event_ids_repeated", work.sql("event_ids_repeated"))
    work.keep("orders_in_files", work.sql("orders_in_files"))
    work.keep("events_repeated", work.sql("events_repeated", source=work.source))
    work.keep("orders_ranked", work.sql("orders_ranked"), large=True)
    work.keep("order_heads", work.sql("order_heads"), large=True)
    work.keep("orders_lost", work.sql("orders_lost"))
    work.keep("events_lost", work.sql("events_lost", priced=work.priced))
    work.keep("events_out", work.sql("events_out"))


def clean_orders(work: Work) -> None:
    """Write the parts of orders: heads as said, then those derived from lines that have none."""
    told = {"source": work.source, "channel": work.how.channel, "currency": work.how.currency}
    _write_slices(work, "orders", "order_blocks")
    work.view("orders_derived", work.sql("orders_derived"))
    work.store.write("orders", work.sql("orders_headless", **told), f"{work.source}.headless")


def clean_events(work: Work) -> None:
    """Write the parts of events."""
    told = {"source": work.source, "channel": work.how.channel, "currency": work.how.currency}
    work.keep("events_named", work.sql("events_named"))
    _write_slices(work, "events", "event_blocks", **told)


def _write_slices(work: Work, table: str, blocks: str, **told: str) -> None:
    """Write one part a slice, and an empty one where there is no row."""
    ranges = slices(work.store, work.sql(blocks), _SLICE_ROWS) or [(0, 0)]
    for number, (low, high) in enumerate(ranges):
        rows = work.sql(table, low=low, high=high, **told)
        work.store.write(table, rows, f"{work.source}.{number:04d}")


def _zoned(work: Work, table: str) -> bool:
    return work.keep(f"{table}_zoned", work.sql(f"{table}_zoned")) > 0
