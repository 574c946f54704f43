"""All products as arrays: what lists and filters go by."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Sequence
from itertools import chain
from threading import Lock
from typing import Any

import numpy as np
import numpy.typing as npt

from onebasket.errors import NotThereError
from onebasket.recommenders import Codes, Mask
from onebasket.scoring.frames import table
from onebasket.store.base import Store

_KEPT = 256  # filters whose products are remembered
Numbers = npt.NDArray[np.float64]


class Assortment:
    """Products by code: the models' in the first one's order, then the others by id. Never changed."""

    def __init__(self, store: Store, *item_ids: Sequence[str]) -> None:
        rows = {row["product_id"]: row for row in table(store, "serve/assortment").to_pylist()}
        self.ids = tuple(dict.fromkeys(chain(*item_ids, rows)))
        self.codes = {name: code for code, name in enumerate(self.ids)}
        told = [rows.get(name, {}) for name in self.ids]
        self.skus: list[str | None] = [row.get("sku") for row in told]
        self.titles = [str(row.get("title", "")) for row in told]
        self.brands: list[str | None] = [row.get("brand") for row in told]
        self.categories = [str(row.get("category", "unknown")) for row in told]
        self.active: Mask = np.array([bool(row.get("active")) for row in told], np.bool_)
        self.prices = _numbers(told, "price_minor")  # nan: nobody says
        self.stock = _numbers(told, "stock")  # nan: nobody counts
        self.groups, self._names = _coded(self.categories)
        self._masks: OrderedDict[tuple[Any, ...], Mask] = OrderedDict()
        self._lock = Lock()

    def __len__(self) -> int:
        return len(self.ids)

    def code(self, product_id: str) -> int:
        """Raises NotThereError for no product."""
        found = self.codes.get(product_id)
        if found is None or not self.titles[found]:
            raise NotThereError(
                f"There is no product {product_id!r}.", expected="an id of table catalogue",
                next_step='onebasket query SHOP "select product_id, title from catalogue limit 10"',
            )  # fmt: skip
        return found

    def places(self, item_ids: Sequence[str]) -> Codes:
        """The codes of a model's products, (items,); all are there."""
        return np.array([self.codes[name] for name in item_ids], np.int32)

    def coded(self, product_ids: Iterable[str]) -> list[int]:
        """The codes of those that are products; the others are left out."""
        return [self.codes[name] for name in product_ids if name in self.codes]

    def has(self, category: str) -> bool:
        """Whether a product on sale is in a category, or in one below it."""
        return bool(self.allowed((category,), None, None, False).any())

    def allowed(
        self, categories: tuple[str, ...], price_min: int | None, price_max: int | None, in_stock: bool
    ) -> Mask:
        """Products on sale that pass, (products,), not to be changed. A product without a price is in no
        range of prices; one that nobody counts is not in stock."""
        key = categories, price_min, price_max, in_stock
        with self._lock:
            if key in self._masks:
                self._masks.move_to_end(key)
                return self._masks[key]
        made = self.active.copy()
        if categories:
            made &= self._within(categories)[self.groups]
        if price_min is not None:
            made &= self.prices >= price_min
        if price_max is not None:
            made &= self.prices <= price_max
        if in_stock:
            made &= self.stock >= 1
        with self._lock:
            self._masks[key] = made
            while len(self._masks) > _KEPT:
                self._masks.popitem(last=False)
        return made

    def _within(self, wanted: Sequence[str]) -> Mask:
        """Which categories are one of those wanted, or lie below it; case does not matter."""
        wanted = [each.strip().casefold() for each in wanted]
        names = [name.casefold() for name in self._names]
        return np.array(
            [any(name == each or name.startswith(f"{each} > ") for each in wanted) for name in names],
            np.bool_,
        )


def _numbers(rows: Sequence[dict[str, Any]], name: str) -> Numbers:
    return np.array([np.nan if row.get(name) is None else row[name] for row in rows], np.float64)


def _coded(names: Sequence[str]) -> tuple[Codes, list[str]]:
    """A code for each name, and what the codes stand for."""
    places: dict[str, int] = {}
    codes = np.array([places.setdefault(name, len(places)) for name in names], np.int32)
    return codes, list(places)
