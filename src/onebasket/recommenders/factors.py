"""What models of user and item vectors share."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from onebasket.accounting import Progress
from onebasket.recommenders.interactions import Codes, Floats, Ragged
from onebasket.recommenders.ranking import Scores
from onebasket.recommenders.recommender import Recommender


class FactorModel(Recommender):
    """One row of numbers a user and one an item, for the `max_items` most bought items."""

    stochastic: ClassVar[bool] = True
    follows: ClassVar[bool] = False
    _users: Floats
    _items: Floats

    @abstractmethod
    def _fit_factors(self, history: Ragged, seed: int, progress: Progress) -> None:
        """Set `_users` and `_items` from the history of the modelled items."""

    def _products(self, users: Codes, out: Floats) -> Scores:
        """Scores of the modelled items, written to `out`."""
        return np.matmul(self._users[users], self._items.T, out=out)

    def _vectors(self) -> Floats:
        """Item vectors whose angle says how alike two items are."""
        return self._items

    def _fit(self, seed: int, progress: Progress) -> None:
        size = min(len(self.item_ids), self.settings.max_items)
        self._fit_factors(self.history.only(self.history.items < size), seed, progress)

    def scores(self, users: Codes) -> Scores:
        size = len(self._items)
        scores = np.empty((len(users), len(self.item_ids)), np.float32)
        self._products(users, scores[:, :size])
        self._less_known(scores, size)
        return scores

    def _similarities(self, items: Codes) -> Scores:
        scores = super()._similarities(items)
        vectors = self._vectors()
        lengths = np.maximum(np.linalg.norm(vectors, axis=1), 1e-12)
        modelled = np.flatnonzero(items < len(vectors))
        rows = items[modelled]
        scores[modelled] = -np.inf
        scores[modelled, : len(vectors)] = vectors[rows] @ vectors.T / lengths / lengths[rows, None]
        return scores

    def _arrays(self) -> dict[str, npt.NDArray[Any]]:
        return {"users": self._users, "items": self._items}

    def _restore(self, arrays: dict[str, npt.NDArray[Any]]) -> None:
        self._users, self._items = arrays["users"], arrays["items"]
