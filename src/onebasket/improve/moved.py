"""What has moved since a version's models were trained and judged: what they are asked about, what they say.

Inputs are the last event of each customer, of the end of the version's timeline and of what came in live
since, in channels that are live. Scores are what is said of customers, when the scorers were judged and now.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from onebasket import drift
from onebasket.scoring.frames import table
from onebasket.store.base import Store

LEAST = 100  # customers then and now, below which nothing is said
_CHANNELS = "improve_channels"


class Event(NamedTuple):
    """What a model is asked about."""

    action: str
    channel: str
    product_id: str | None
    amount_minor: float | None
    quantity: float | None


@dataclass(frozen=True)
class Moved:
    """How far one input or score has moved; `drift` is None where there is too little to tell."""

    what: Literal["input", "score"]
    name: str
    drift: drift.Drift | None
    rows: tuple[int, int]  # customers then, now


def inputs(store: Store, channels: Iterable[str], since: datetime, now: Sequence[Event]) -> list[Moved]:
    """The last event of each customer since a moment of the version's timeline, beside that of each since."""
    rows = pa.table({"channel": pa.array(sorted(set(channels)), pa.string())})
    store.keep(_CHANNELS, store.arrow(rows))
    try:
        found = table(store, "improve/window", since=since).to_pylist()
    finally:
        store.forget(_CHANNELS)
    then = [Event(**row) for row in found]
    top = {row["product_id"]: row["category_top"] for row in table(store, "improve/categories").to_pylist()}
    return [
        _categories("action", [each.action for each in then], [each.action for each in now]),
        _categories("channel", [each.channel for each in then], [each.channel for each in now]),
        _categories("category", _tops(then, top), _tops(now, top)),
        _numbers("price", _prices(then), _prices(now)),
    ]


def scores(store: Store, said: Mapping[str, drift.Summary]) -> list[Moved]:
    """What scorers say of customers now, beside what they said when they were judged."""
    made = []
    for task, then in sorted(said.items()):
        assert isinstance(then, drift.Numbers)
        found = table(store, "improve/said_now", task=task)
        now = found["value"].to_numpy() if len(found) else np.zeros(0)
        sizes = (sum(then.counts), len(now))
        enough = min(sizes) >= LEAST
        made.append(Moved("score", task, drift.numbers_drift(then, now) if enough else None, sizes))
    return made


def _tops(events: Sequence[Event], top: Mapping[str, str]) -> list[str | None]:
    """Top categories of the products that the version knows."""
    return [top.get(each.product_id or "") for each in events]


def _prices(events: Sequence[Event]) -> npt.NDArray[np.float64]:
    """Money a unit, in minor units; NaN where nobody says."""
    return np.array(
        [
            abs(each.amount_minor) / (abs(each.quantity or 1) or 1)
            if each.amount_minor is not None
            else np.nan
            for each in events
        ],
        np.float64,
    )


def _categories(name: str, then: Sequence[str | None], now: Sequence[str | None]) -> Moved:
    sizes = (len(then), len(now))
    if min(sizes) < LEAST:
        return Moved("input", name, None, sizes)
    return Moved("input", name, drift.categories_drift(drift.summarise_categories(then), now), sizes)


def _numbers(name: str, then: npt.NDArray[np.float64], now: npt.NDArray[np.float64]) -> Moved:
    sizes = (len(then), len(now))
    if min(sizes) < LEAST:
        return Moved("input", name, None, sizes)
    return Moved("input", name, drift.numbers_drift(drift.summarise_numbers(then), now), sizes)
