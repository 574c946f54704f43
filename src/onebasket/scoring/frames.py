"""What was known of each customer before a moment, as a matrix of numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from onebasket.store.base import Store

Matrix = npt.NDArray[np.float32]
Doubles = npt.NDArray[np.float64]
# Extra columns: the state of every customer at a moment, from earlier events alone.
States = Callable[[datetime], tuple[Sequence[str], Matrix]]

EVENTS = "scoring_events"
_ROWS = "scoring_rows"
_DAY_SECONDS = 86_400
_AGES = "_days"  # columns of this ending are unknown, not nought, where nothing happened
# Columns that grow as the data does: what they say at a training moment is not what they say later.
LIFETIME = frozenset(
    ["known_days", "orders", "orders_365d", "amount_365d", "order_first_days", "largest_minor", "returns",
     "gap_longest_days"]
)  # fmt: skip
_MOST_PAIRS = 24  # of action and channel that get columns of their own
STATE = "state_"
AT = "@"  # `view@web_30d`: an action in a channel


@dataclass(frozen=True)
class Part:
    """A share of all customers: those whose ids lie from `low` to before `high`.

    Ids are hashes, so that a share is as good as a sample drawn at random.
    """

    low: str = ""
    high: str = "~"


EVERYBODY = Part()


def parts(store: Store, size: int) -> list[Part]:
    """All customers, in the order of their ids, in shares of `size`."""
    lows = table(store, "scoring/bounds", size=size)["low"].to_pylist()
    return [Part(low, high) for low, high in zip(["", *lows[1:]], [*lows[1:], "~"], strict=True)]


@dataclass(frozen=True)
class Span:
    """What the events of known customers cover."""

    first: datetime
    now: datetime  # just after the last purchase
    customers: int


@contextmanager
def events(store: Store) -> Iterator[Span | None]:
    """Keep the events that features are made of while the block runs; None where nobody bought."""
    store.keep(EVENTS, store.sql("scoring/events"), large=True)
    try:
        rows = table(store, "scoring/span").to_pylist()
        (row,) = rows
        last = row["last_ts"]
        yield Span(row["first_ts"], last + timedelta(microseconds=1), row["customers"]) if last else None
    finally:
        store.forget(EVENTS)


@dataclass(frozen=True, eq=False)
class Frame:
    """Rows of features. A row is a customer, or a customer and what it may buy."""

    customers: pa.Array  # (rows,) ids
    targets: pa.Array | None  # (rows,) categories or products
    names: tuple[str, ...]
    values: Matrix  # (rows, names); nan: unknown

    def __len__(self) -> int:
        return len(self.customers)

    def aligned(self, names: Sequence[str]) -> Matrix:
        """The columns named, in that order; those this frame lacks say that nothing happened."""
        place = {name: column for column, name in enumerate(self.names)}
        made = np.zeros((len(self), len(names)), np.float32)
        for column, name in enumerate(names):
            if name in place:
                made[:, column] = self.values[:, place[name]]
            elif name.endswith(_AGES):
                made[:, column] = np.nan
        return made

    def column(self, name: str) -> Matrix:
        """One column."""
        made: Matrix = self.aligned([name])[:, 0]
        return made

    def where(self, mask: npt.NDArray[np.bool_]) -> Frame:
        """Some rows."""
        kept = pa.array(mask)
        targets = self.targets.filter(kept) if self.targets is not None else None
        return Frame(self.customers.filter(kept), targets, self.names, self.values[mask])

    def with_states(self, states: States, moment: datetime) -> Frame:
        """The same rows with a column for each number of their customer's state; 0 where there is none."""
        ids, matrix = states(moment)
        matrix = np.asarray(matrix, np.float32).reshape(len(ids), -1)
        place = pc.index_in(self.customers, pa.array(ids, pa.string())).to_numpy(zero_copy_only=False)
        known = ~np.isnan(place.astype(np.float64))
        more = np.zeros((len(self), matrix.shape[1]), np.float32)
        more[known] = np.nan_to_num(matrix[place[known].astype(np.int64)])
        names = tuple(f"{STATE}{number}" for number in range(matrix.shape[1]))
        return replace(self, names=(*self.names, *names), values=np.hstack([self.values, more]))


def customers_at(store: Store, moment: datetime, part: Part = EVERYBODY) -> Frame:
    """Everybody who did something before a moment, and what they did, from those events alone."""
    bounds = {"moment": moment, "low": part.low, "high": part.high}
    done = table(store, "scoring/actions", **bounds)
    ids = pc.unique(done["customer_id"].combine_chunks()) if len(done) else pa.array([], pa.string())
    columns = _actions(done, ids)
    columns |= _orders(spread(table(store, "scoring/orders", **bounds), ids), columns["known_days"])
    names = tuple(sorted(columns))
    values = np.column_stack([columns[name] for name in names]).astype(np.float32)
    return Frame(ids, None, names, values)


def table(store: Store, query: str, **values: Any) -> pa.Table:
    """The rows of a query."""
    store.keep(_ROWS, store.sql(query, **values))
    batches = list(store.read(_ROWS))
    store.forget(_ROWS)
    return pa.Table.from_batches(batches) if batches else pa.table({"customer_id": pa.array([], pa.string())})


def spread(found: pa.Table, ids: pa.Array) -> dict[str, Doubles]:
    """The columns of a table of one row a customer, in the order of `ids`; nan where there is no row."""
    place = pc.index_in(ids, found["customer_id"].combine_chunks()).to_numpy(zero_copy_only=False)
    place = place.astype(np.float64)
    known = ~np.isnan(place)
    made = {}
    for name in found.column_names:
        if name != "customer_id":
            made[name] = np.full(len(ids), np.nan)
            made[name][known] = numbers(found[name])[place[known].astype(np.int64)]
    return made


def numbers(column: pa.ChunkedArray) -> Doubles:
    """A column as numbers; nan for null."""
    made: Doubles = column.to_numpy().astype(np.float64)
    return made


def _actions(done: pa.Table, ids: pa.Array) -> dict[str, Doubles]:
    """Counts and ages by action, and by action and channel; how long the customer is known."""
    if not len(done):
        return {"known_days": np.zeros(0)}
    row = pc.index_in(done["customer_id"], ids).to_numpy().astype(np.int64)
    actions = done["action"].to_pylist()
    pairs = [
        f"{action}{AT}{channel}" for action, channel in zip(actions, done["channel"].to_pylist(), strict=True)
    ]
    known: Doubles = np.zeros(len(ids))
    np.maximum.at(known, row, numbers(done["first_seconds"]))
    made: dict[str, Doubles] = {"known_days": known / _DAY_SECONDS}
    for names, windows in ((actions, ("7d", "30d", "90d")), (pairs, ("30d", "90d"))):
        kinds = np.array(names)
        for kind in sorted(set(names)):
            rows = np.flatnonzero(kinds == kind)
            for window in windows:
                count = numbers(done[f"times_{window}"])[rows]
                made[f"{kind}_{window}"] = np.bincount(row[rows], count, len(ids)).astype(np.float64)
            age = np.full(len(ids), np.inf)
            np.minimum.at(age, row[rows], numbers(done["last_seconds"])[rows] / _DAY_SECONDS)
            made[f"{kind}_last{_AGES}"] = np.where(np.isinf(age), np.nan, age)
    return made


def _orders(told: dict[str, Doubles], known_days: Doubles) -> dict[str, Doubles]:
    """What orders say: counts, money, baskets, gaps, habits."""
    nothing = np.full(len(known_days), np.nan)

    def of(name: str) -> Doubles:
        return np.nan_to_num(told.get(name, nothing))

    orders, lines, gaps = of("orders"), of("lines"), of("gaps")
    amount, discount = of("amount_minor"), of("discount_minor")
    mean_gap = _over(of("gap_days"), gaps)
    recency = told.get("last_seconds", nothing) / _DAY_SECONDS
    plain = (
        "orders", "orders_7d", "orders_30d", "orders_90d", "orders_365d", "amount_30d", "amount_90d",
        "amount_365d", "largest_minor", "weeks_of_13", "products_90d", "categories_90d", "returns_90d",
        "returns",
    )  # fmt: skip
    return {name: of(name) for name in plain} | {
        f"order_last{_AGES}": recency,
        f"order_first{_AGES}": told.get("first_seconds", nothing) / _DAY_SECONDS,
        f"gap_mean{_AGES}": mean_gap,
        f"gap_spread{_AGES}": np.sqrt(np.maximum(_over(of("gap_squares"), gaps) - mean_gap**2, 0)),
        f"gap_longest{_AGES}": np.where(gaps > 0, of("longest_days"), np.nan),
        "overdue": np.where(gaps > 0, recency / np.maximum(mean_gap, 0.5), np.nan),
        "basket_lines": _over(lines, orders),
        "basket_minor": _over(amount, orders),
        "discount_share": _over(discount, amount + discount),
        "return_share": _over(of("returns"), lines),
        "returned_share": _over(-of("returned_minor"), amount),
        "orders_per_30d": orders / np.maximum(known_days, 1) * 30,
        "amount_per_30d": amount / np.maximum(known_days, 1) * 30,
    }


def _over(part: Doubles, whole: Doubles) -> Doubles:
    made: Doubles = np.divide(part, whole, out=np.full_like(part, np.nan), where=whole > 0)
    return made


def common_names(frames: Sequence[Frame]) -> tuple[str, ...]:
    """The columns of several moments, in order; actions in channels only where they are common."""
    pairs: dict[str, float] = {}
    names: set[str] = set()
    for frame in frames:
        names.update(frame.names)
        for place, name in enumerate(frame.names):
            if AT in name and not name.endswith(_AGES):
                kind = name.rpartition("_")[0]
                pairs[kind] = pairs.get(kind, 0.0) + float(frame.values[:, place].sum(dtype=np.float64))
    kept = set(sorted(pairs, key=lambda kind: (-pairs[kind], kind))[:_MOST_PAIRS])
    return tuple(sorted(name for name in names if AT not in name or _kind(name) in kept))


def _kind(name: str) -> str:
    return name.removesuffix(f"_last{_AGES}") if name.endswith(_AGES) else name.rpartition("_")[0]
