"""Who bought what, when, and what with it: from the timeline of one version."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from onebasket.recommenders import Codes
from onebasket.scoring.frames import table
from onebasket.store.base import Store

Seconds = npt.NDArray[np.int64]
Counts = npt.NDArray[np.int64]
_NOBODY = -1


@dataclass(frozen=True, eq=False)
class Bought:
    """Purchases by customer, and products by order. Never changed."""

    starts: Counts  # (customers + 1,)
    items: Codes  # (purchases,) by customer, the oldest first
    times: Seconds  # (purchases,) seconds since 1970, UTC
    orders: tuple[Counts, Codes]  # of each order where it begins, and its products, each once
    holding: tuple[Counts, Codes]  # of each product where it begins, and the orders that hold it
    counts: Counts  # (products,) orders that hold each

    @classmethod
    def read(cls, store: Store, customers: Sequence[str], products: Mapping[str, int]) -> Bought:
        """From the timeline, coded by the customers' places and the products' codes."""
        found = table(store, "serve/purchases")
        if not len(found):
            found = pa.table({name: pa.array([], pa.string()) for name in ("customer_id", "product_id",
                              "order_id")} | {"ts": pa.array([], pa.timestamp("us"))})  # fmt: skip
        who = _codes(found["customer_id"], {name: place for place, name in enumerate(customers)})
        items = _codes(found["product_id"], products)
        seconds = pc.cast(found["ts"], pa.timestamp("s"), safe=False).cast(pa.int64()).to_numpy()
        order = np.argsort(who, kind="stable")
        order = order[who[order] >= 0]
        starts = np.searchsorted(who[order], np.arange(len(customers) + 1))
        orders = found["order_id"].combine_chunks().dictionary_encode()
        which = orders.indices.fill_null(_NOBODY).to_numpy(zero_copy_only=False).astype(np.int64)
        pairs = np.unique(which[which >= 0] * max(len(products), 1) + items[which >= 0])
        first, second = np.divmod(pairs, max(len(products), 1))
        turned = np.argsort(second, kind="stable")
        counts = np.bincount(second, minlength=len(products))
        return cls(
            starts, items[order], seconds[order],
            (np.searchsorted(first, np.arange(len(orders.dictionary) + 1)), second.astype(np.int32)),
            (np.concatenate([[0], counts.cumsum()]), first[turned].astype(np.int32)), counts,
        )  # fmt: skip

    def of(self, customer: int, since: int | None = None) -> Codes:
        """What a customer, by place, bought; `since`: in seconds since 1970, only what came later. -1:
        nobody known."""
        if customer < 0:
            return self.items[:0]
        start, end = self.starts[customer], self.starts[customer + 1]
        if since is not None:
            start += np.searchsorted(self.times[start:end], since)
        return self.items[start:end]

    def together(self, product: int) -> Counts:
        """How many orders hold both a product and each other one, (products,)."""
        begins, inside = self.orders
        which = self.holding[1][self.holding[0][product] : self.holding[0][product + 1]]
        lengths = (begins[1:] - begins[:-1])[which]
        places = np.arange(lengths.sum()) + np.repeat(begins[which] - (lengths.cumsum() - lengths), lengths)
        made = np.bincount(inside[places], minlength=len(self.counts))
        made[product] = 0
        return made


def _codes(column: pa.ChunkedArray, places: Mapping[str, int]) -> Codes:
    """The place of each text, -1 for null and for those that have none."""
    encoded = column.combine_chunks().dictionary_encode()
    codes = [places.get(name, _NOBODY) for name in encoded.dictionary.to_pylist()] + [_NOBODY]
    found = encoded.indices.fill_null(len(codes) - 1).to_numpy(zero_copy_only=False)
    made: Codes = np.array(codes, np.int32)[found]
    return made
