"""From the timeline to interactions."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from onebasket.accounting import Progress
from onebasket.recommenders import Interactions
from onebasket.store.base import Store

_KEPT = "learn_purchases"


def read(store: Store, progress: Progress) -> Interactions:
    """Purchases of known customers that were not returned or cancelled, read batch by batch.

    A line counts once, however many units it has: units are grams here and boxes there.
    Views, searches and carts are not used yet.
    """
    total = store.keep(_KEPT, store.sql("learn/purchases"))
    users, items = _Codes(), _Codes()
    columns: list[tuple[npt.NDArray[np.int32], npt.NDArray[np.int32], npt.NDArray[np.int64]]] = []
    done = 0
    for batch in store.read(_KEPT, ("customer_id", "product_id", "ts")):
        seconds = pc.cast(batch.column(2), pa.timestamp("s"), safe=False).cast(pa.int64())
        columns.append((users.of(batch.column(0)), items.of(batch.column(1)), seconds.to_numpy()))
        done += batch.num_rows
        progress("learn: purchases", done, total)
    store.forget(_KEPT)
    if not columns:
        columns = [(np.zeros(0, np.int32), np.zeros(0, np.int32), np.zeros(0, np.int64))]
    whose, which, when = (np.concatenate(part) for part in zip(*columns, strict=True))
    return Interactions.of(whose, which, when, users.ids, items.ids)


class _Codes:
    """Ids numbered in the order they turn up."""

    def __init__(self) -> None:
        self.ids: list[str] = []
        self._code: dict[str, int] = {}

    def of(self, column: Any) -> npt.NDArray[np.int32]:
        encoded = column.dictionary_encode()
        codes = np.empty(len(encoded.dictionary), np.int32)
        for place, name in enumerate(encoded.dictionary.to_pylist()):
            if name not in self._code:
                self._code[name] = len(self.ids)
                self.ids.append(name)
            codes[place] = self._code[name]
        found: npt.NDArray[np.int32] = codes[encoded.indices.to_numpy()]
        return found
