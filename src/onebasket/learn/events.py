"""From the timeline to events as arrays."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from onebasket.accounting import Progress
from onebasket.recommenders import Events
from onebasket.recommenders.events import MOST_STEPS, PRICE, PURCHASE, UNITS, Mark, steps_of
from onebasket.store.base import Store

_KEPT = "learn_events"
_COLUMNS = ("customer_id", "product_id", "ts", "action", "channel", "quantity", "amount_minor", "identity")
_SHARES = 20  # steps of a probability

Column = npt.NDArray[Any]


def read(store: Store, progress: Progress) -> Events:
    """All that known customers did but checkouts; purchases that were returned or cancelled are left out.

    A purchase counts once, however many units it has: units are grams here and boxes there. Marks of events
    are the action, the channel, steps of the price of a unit and of the units, doubling, and where likeness
    alone joined the event's record to its customer, how likely that is, in twentieths.
    """
    total = store.keep(_KEPT, store.sql("learn/events"))
    users, items, actions, channels = _Codes(), _Codes(), _Codes(), _Codes()
    columns: list[tuple[Column, ...]] = []
    done = 0
    for batch in store.read(_KEPT, _COLUMNS):
        seconds = pc.cast(batch.column(2), pa.timestamp("s"), safe=False).cast(pa.int64())
        units, amounts, sure = (
            np.abs(pc.fill_null(batch.column(place).cast(pa.float64()), 0).to_numpy(zero_copy_only=False))
            for place in (5, 6, 7)
        )
        prices = np.divide(amounts, units, out=np.zeros(len(units)), where=units > 0)
        columns.append((
            users.of(batch.column(0)), items.of(batch.column(1)), seconds.to_numpy(),
            actions.of(batch.column(3)), channels.of(batch.column(4)), steps_of(prices), steps_of(units),
            np.ceil(_SHARES * sure).astype(np.int64) - 1,
        ))  # fmt: skip
        done += batch.num_rows
        progress("learn: events", done, total)
    store.forget(_KEPT)
    if not columns:
        columns = [(np.zeros(0, np.int32),) * 8]
    whose, which, when, what, where, price, many, sure = map(np.concatenate, zip(*columns, strict=True))
    steps = [str(step) for step in range(MOST_STEPS + 1)]
    marks = [
        Mark.of("action", what, actions.ids, PURCHASE), Mark.of("channel", where, channels.ids),
        Mark.of(PRICE, price, steps), Mark.of(UNITS, many, steps),
        Mark.of("identity", sure, [f"{(step + 1) / _SHARES:.2f}" for step in range(_SHARES)]),
    ]  # fmt: skip
    return Events.of((whose, which, when), (users.ids, items.ids), marks)


class _Codes:
    """Ids numbered in the order they turn up; -1 where there is none."""

    def __init__(self) -> None:
        self.ids: list[str] = []
        self._code: dict[str, int] = {}

    def of(self, column: Any) -> npt.NDArray[np.int32]:
        encoded = column.dictionary_encode()
        codes = np.empty(len(encoded.dictionary) + 1, np.int32)
        codes[-1] = -1
        for place, name in enumerate(encoded.dictionary.to_pylist()):
            if name not in self._code:
                self._code[name] = len(self.ids)
                self.ids.append(name)
            codes[place] = self._code[name]
        found: npt.NDArray[np.int32] = codes[encoded.indices.fill_null(len(codes) - 1).to_numpy()]
        return found
