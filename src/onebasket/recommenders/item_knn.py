"""Item-kNN: a customer's next items are the neighbours of the items bought."""

from __future__ import annotations

from typing import Any, ClassVar

import msgspec
import numpy as np
import numpy.typing as npt

from onebasket.accounting import Progress
from onebasket.kernels import compiled
from onebasket.recommenders.interactions import Codes
from onebasket.recommenders.ranking import Scores
from onebasket.recommenders.recommender import Recommender
from onebasket.recommenders.similarity import norms

_BLOCK_ITEMS = 2_000


class ItemKNNSettings(msgspec.Struct, frozen=True):
    """`shrinkage` makes neighbours that few customers share less sure; `repeat` is an item's own weight."""

    neighbours: int = 100
    shrinkage: float = 10.0
    repeat: float = 0.0
    half_life_days: float = 0.0


class ItemKNN(Recommender):
    """Cosine item neighbourhoods with shrinkage.

    x_ui = ln(1 + purchases); s_ij = ⟨x_i, x_j⟩ / (|x_i| |x_j| + shrinkage) for the
    `neighbours` best j of each i; score_uj = Σ_i x_ui s_ij + repeat · x_uj. After Sarwar, Karypis,
    Konstan, Riedl, "Item-based collaborative filtering", WWW 2001; shrinkage after Bell
    and Koren, ICDM 2007. Memory: items × neighbours × 8 bytes and one dense row.
    """

    name: ClassVar[str] = "item_knn"

    def __init__(self, settings: ItemKNNSettings | None = None) -> None:
        self.settings = settings or ItemKNNSettings()

    def _fit(self, seed: int, progress: Progress) -> None:
        history = self.history.mapped(np.log1p(self.history.values))
        buyers = history.turned(len(self.item_ids))
        lengths = norms(buyers)
        shape = (len(self.item_ids), min(self.settings.neighbours, len(self.item_ids)))
        self._items, self._values = np.full(shape, -1, np.int32), np.zeros(shape, np.float32)
        for start in range(0, shape[0], _BLOCK_ITEMS):
            end = min(start + _BLOCK_ITEMS, shape[0])
            _neighbours(
                (history.starts, history.items, history.values),
                (buyers.starts, buyers.items, buyers.values),
                lengths, self.settings.shrinkage, start, self._items[start:end], self._values[start:end],
            )  # fmt: skip
            progress(self.name, end, shape[0])

    def scores(self, users: Codes) -> Scores:
        scores = np.zeros((len(users), len(self.item_ids)), np.float32)
        own = self.history.take(users)
        weights = np.log1p(own.values)
        _add_neighbours(own.starts, own.items, weights, self._items, self._values, scores)
        scores[np.repeat(np.arange(len(users)), np.diff(own.starts)), own.items] += (
            self.settings.repeat * weights
        )
        return scores

    def _similarities(self, items: Codes) -> Scores:
        scores = np.full((len(items), len(self.item_ids)), -np.inf, np.float32)
        rows, places = np.nonzero(self._items[items] >= 0)
        scores[rows, self._items[items][rows, places]] = self._values[items][rows, places]
        return scores

    def _arrays(self) -> dict[str, npt.NDArray[Any]]:
        return {"items": self._items, "values": self._values}

    def _restore(self, arrays: dict[str, npt.NDArray[Any]]) -> None:
        self._items, self._values = arrays["items"], arrays["values"]


@compiled
def _neighbours(
    history: Any, buyers: Any, lengths: Any, shrinkage: Any, first: Any, items: Any, values: Any
) -> None:
    """The nearest items of `first`, `first` + 1, …: best first, equals by code."""
    starts, bought, weights = history
    item_starts, users, shares = buyers
    width = len(lengths)
    products = np.zeros(width, np.float32)
    touched = np.zeros(width, np.int32)
    for row in range(items.shape[0]):
        item, count, size = first + row, 0, 0
        for place in range(item_starts[item], item_starts[item + 1]):
            for other in range(starts[users[place]], starts[users[place] + 1]):
                if products[bought[other]] == 0:
                    touched[count] = bought[other]
                    count += 1
                products[bought[other]] += shares[place] * weights[other]
        for index in range(count):
            other = touched[index]
            value = products[other] / (lengths[item] * lengths[other] + shrinkage)
            products[other] = 0
            if other == item:
                continue
            place = size
            if size == items.shape[1]:
                last = values[row, size - 1]
                if value < last or (value == last and other > items[row, size - 1]):
                    continue
                place = size - 1
            else:
                size += 1
            while place > 0 and (
                values[row, place - 1] < value
                or (values[row, place - 1] == value and items[row, place - 1] > other)
            ):
                values[row, place], items[row, place] = values[row, place - 1], items[row, place - 1]
                place -= 1
            values[row, place], items[row, place] = value, other


@compiled
def _add_neighbours(starts: Any, bought: Any, weights: Any, items: Any, values: Any, scores: Any) -> None:
    for row in range(scores.shape[0]):
        for place in range(starts[row], starts[row + 1]):
            item, weight = bought[place], weights[place]
            for near in range(items.shape[1]):
                if items[item, near] < 0:
                    break
                scores[row, items[item, near]] += weight * values[item, near]
