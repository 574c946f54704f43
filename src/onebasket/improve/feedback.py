"""What came back of the lists that were served: clicks and purchases, joined to them by their ids.

Clients send `list_id` with what comes of a list (docs/improve.md says how); it stands in the timeline of the
next run. A purchase is joined without it, too: by customer and product, in the days that count.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from zlib import crc32

import numpy as np
import pyarrow as pa

from onebasket.improve.experiments import Outcomes
from onebasket.improve.off_policy import Rounds
from onebasket.improve.served import CHALLENGER, CHAMPION, Served
from onebasket.intervals import Doubles
from onebasket.scoring.frames import table
from onebasket.shop import Experiment
from onebasket.store.base import Store

_LOG, _PLACES, _CLICKS, _BOUGHT = "improve_log", "improve_places", "improve_clicks", "improve_bought"
_AT_ONCE = 20_000  # lists of a batch
_SCHEMA = pa.schema(
    [
        ("list_id", pa.string()),
        ("ts", pa.timestamp("us")),
        ("until_ts", pa.timestamp("us")),
        *((name, pa.string()) for name in ("customer_id", "basis", "placement", "experiment", "arm")),
        ("place", pa.int32()),
        ("product_id", pa.string()),
        ("propensity", pa.float64()),
        ("other", pa.float64()),
    ]
)
_DAY_MICROSECONDS = 86_400_000_000
_FOLDS = 5


@dataclass(frozen=True)
class Came:
    """What came of the lists of one placement, kind and arm. Money is in minor units, the shop's currency."""

    placement: str  # empty: none was named
    basis: str
    experiment: str  # empty: customers were not dealt
    arm: str
    lists: int
    seen: int  # of which anything came back
    places: int  # products listed
    clicked: int  # lists of which a product was clicked
    clicks: int  # products clicked
    purchases: int  # lines bought
    net_minor: int


@dataclass(frozen=True)
class Dealt:
    """The customers of an experiment whose days are over."""

    outcomes: dict[str, Outcomes]  # by arm
    customers: dict[str, int]
    crossed: int  # who got lists of both arms


class Feedback:
    """Lists joined to what came of them, in a store. To be used in the `with` of `joined`."""

    def __init__(self, store: Store, now: datetime) -> None:
        self._store, self._now = store, now

    def came(self) -> list[Came]:
        """What came of all lists, by placement, kind and arm."""
        return [Came(**row) for row in table(self._store, "improve/feedback").to_pylist()]

    def dealt(self, experiment: Experiment, since: int) -> Dealt:
        """What the customers of an experiment did; `since` as `Contest` has it."""
        found = table(
            self._store, "improve/dealt", experiment=experiment.name, since=_moment(since), now=self._now
        )
        if not len(found):
            nobody = np.zeros(0)
            return Dealt(
                {arm: Outcomes(nobody) for arm in (CHAMPION, CHALLENGER)}, {CHAMPION: 0, CHALLENGER: 0}, 0
            )
        arms = np.array(found["arm"].to_pylist(), object)
        sums = found[_OUTCOMES[experiment.outcome]].to_numpy().astype(np.float64)
        lists = found["lists"].to_numpy().astype(np.float64) if experiment.outcome == "clicks" else None
        outcomes, customers = {}, {}
        for arm in (CHAMPION, CHALLENGER):
            mine = arms == arm
            outcomes[arm] = Outcomes(sums[mine], None if lists is None else lists[mine])
            customers[arm] = int(mine.sum())
        return Dealt(outcomes, customers, int(np.count_nonzero(found["crossed"].to_numpy(False))))

    def rounds(self) -> tuple[Rounds, Doubles] | None:
        """Places left to chance in the champion's lists: rewards are clicks, `probability` is the
        challenger's. And what is expected of each place (n,), learned from other customers' lists. None where
        there are fewer than two customers."""
        found = table(self._store, "improve/rounds", arm=CHAMPION, until=self._now - timedelta(hours=1))
        owners = found["customer_id"].to_pylist() if len(found) else []
        if len(set(owners)) < 2:
            return None
        reward, propensity, other = (
            found[name].to_numpy().astype(np.float64) for name in ("reward", "propensity", "other")
        )
        place = found["place"].to_numpy()
        return Rounds(reward, propensity, other, owners), _expected(reward, place, owners)


_OUTCOMES = {"orders": "orders", "revenue": "net_minor", "clicks": "clicked"}


@contextmanager
def joined(store: Store, lists: Iterable[Served], now: datetime, days: int) -> Iterator[Feedback]:
    """Keep lists, joined to what came of them, while the block runs. `now`: up to when the store's timeline
    tells of what came back; `days`: in which purchases after a list count."""
    try:
        rows = pa.RecordBatchReader.from_batches(_SCHEMA, _batches(lists, days))
        store.keep(_LOG, store.arrow(rows), large=True)
        store.keep(_PLACES, store.sql("improve/places"), large=True)
        store.keep(_CLICKS, store.sql("improve/clicks"), large=True)
        store.keep(_BOUGHT, store.sql("improve/bought"), large=True)
        yield Feedback(store, now)
    finally:
        store.forget(_LOG, _PLACES, _CLICKS, _BOUGHT)


def _batches(lists: Iterable[Served], days: int) -> Iterator[pa.RecordBatch]:
    """One row a place; a list of nothing has one without a product."""
    rows: list[dict[str, Any]] = []
    for each in lists:
        chance = each.propensity or (None,) * len(each.items)
        others = each.other or (None,) * len(each.items)
        told = {
            "list_id": each.list_id, "ts": each.at * 1000,
            "until_ts": each.at * 1000 + days * _DAY_MICROSECONDS, "customer_id": each.customer,
            "basis": each.basis, "placement": each.placement, "experiment": each.experiment, "arm": each.arm,
        }  # fmt: skip
        places = zip(each.items or (None,), chance or (None,), others or (None,), strict=True)
        rows += [
            {**told, "place": place, "product_id": product, "propensity": propensity, "other": other}
            for place, (product, propensity, other) in enumerate(places, 1)
        ]
        if len(rows) >= _AT_ONCE:
            yield pa.RecordBatch.from_pylist(rows, _SCHEMA)
            rows = []
    yield pa.RecordBatch.from_pylist(rows, _SCHEMA)


def _expected(reward: Doubles, place: Any, owners: list[str]) -> Doubles:
    """The mean reward of each place, of customers in other folds (n,)."""
    fold = np.array([crc32(owner.encode()) % _FOLDS for owner in owners])
    made = np.zeros(len(reward))
    for each in range(_FOLDS):
        mine = fold == each
        sums = np.bincount(place[~mine], reward[~mine], place.max() + 1)
        counts = np.bincount(place[~mine], minlength=place.max() + 1)
        made[mine] = (sums / np.maximum(1, counts))[place[mine]]
    return made


def _moment(milliseconds: int) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1000, UTC).replace(tzinfo=None)
