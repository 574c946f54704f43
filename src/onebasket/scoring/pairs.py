"""Customers beside what they may buy: a bounded number of candidates each, never all pairs at once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from onebasket.scoring.frames import Doubles, Frame, Part, numbers, table
from onebasket.scoring.tasks import About
from onebasket.store.base import Store

# How many candidates a customer has: of what it bought itself, and of what all bought most.
CANDIDATES: dict[About, tuple[int, int]] = {"category": (40, 40), "product": (40, 30)}
LINES, POPULAR = "scoring_lines", "scoring_popular"
_DAY_SECONDS = 86_400
_CUSTOMER = (
    "orders_30d", "orders_90d", "orders_365d", "order_last_days", "weeks_of_13", "products_90d",
    "categories_90d", "basket_lines", "basket_minor", "gap_mean_days", "overdue", "orders_per_30d",
    "known_days",
)  # fmt: skip
PAIR_SIMPLE = ("bought", "bought_last_days", "bought_90d", "bought_365d", "buyers_90d")


@contextmanager
def candidates(store: Store, moment: datetime) -> Iterator[None]:
    """Keep what was bought most before a moment, for `pairs_at`, while the block runs."""
    store.view(LINES, store.sql("scoring/lines"))
    store.keep(POPULAR, store.sql("scoring/popular", moment=moment))
    try:
        yield
    finally:
        store.forget(POPULAR, LINES)


def pairs_at(
    store: Store, about: About, moment: datetime, until: datetime, customers: Frame, part: Part
) -> tuple[Frame, Doubles]:
    """Candidates of the customers of a part, and whether each was bought from `moment` to `until`.

    `customers` is the part at that moment. `until` equal to `moment`: nothing was. Within `candidates`.
    """
    own, most = CANDIDATES[about]
    bounds = {"moment": moment, "until": until, "low": part.low, "high": part.high}
    found = table(store, "scoring/pairs", about=about, own=own, most=most, **bounds)
    if not len(found):
        none = pa.array([], pa.string())
        return Frame(none, none, (), np.zeros((0, 0), np.float32)), np.zeros(0)
    return _frame(found, customers), numbers(found["goal"])


def _frame(found: pa.Table, customers: Frame) -> Frame:
    def of(name: str) -> Doubles:
        return np.nan_to_num(numbers(found[name]))

    def days(name: str) -> Doubles:
        return numbers(found[name]) / _DAY_SECONDS

    times, last = of("bought_365d"), days("bought_last")
    gap = np.where(times > 1, (days("bought_first") - last) / np.maximum(times - 1, 1), np.nan)
    plain = ("bought_30d", "bought_90d", "bought_365d", "viewed_30d", "carted_30d",
             "buyers_30d", "buyers_90d", "buyers_365d")  # fmt: skip
    columns = {name: of(name) for name in plain} | {
        "bought": (times > 0).astype(np.float64),
        "bought_last_days": last,
        "bought_first_days": days("bought_first"),
        "seen_last_days": days("seen_last"),
        "bought_gap_days": gap,
        "bought_overdue": last / np.maximum(gap, 0.5),
        "place": numbers(found["place"]),
    }
    ids = found["customer_id"].combine_chunks()
    row = pc.index_in(ids, customers.customers).to_numpy().astype(np.int64)
    orders = customers.column("orders_90d").astype(np.float64)[row]
    columns["bought_share"] = columns["bought_90d"] / np.maximum(orders, 1)
    columns |= {f"customer_{name}": customers.column(name)[row].astype(np.float64) for name in _CUSTOMER}
    names = tuple(sorted(columns))
    values = np.column_stack([columns[name] for name in names]).astype(np.float32)
    return Frame(ids, found["target"].combine_chunks(), names, values)
