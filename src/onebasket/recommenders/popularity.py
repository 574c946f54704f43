"""The two baselines that need no model: what everybody buys, and what this customer buys."""

from __future__ import annotations

from functools import cached_property
from typing import Any, ClassVar

import msgspec
import numpy as np
import numpy.typing as npt

from onebasket.accounting import Progress
from onebasket.recommenders.interactions import Codes
from onebasket.recommenders.ranking import Scores
from onebasket.recommenders.recommender import Recommender


class CountSettings(msgspec.Struct, frozen=True):
    """`half_life_days`: after how long a purchase counts half; 0: all count the same."""

    half_life_days: float = 0.0


class Popularity(Recommender):
    """The most bought items, the same for everyone."""

    name: ClassVar[str] = "popularity"

    def __init__(self, settings: CountSettings | None = None) -> None:
        self.settings = settings or CountSettings()

    def _fit(self, seed: int, progress: Progress) -> None:
        """Nothing beside the counts."""

    def scores(self, users: Codes) -> Scores:
        return np.tile(self.popularity, (len(users), 1))

    def _arrays(self) -> dict[str, npt.NDArray[Any]]:
        return {}

    def _restore(self, arrays: dict[str, npt.NDArray[Any]]) -> None:
        """Nothing beside the counts."""


class Habit(Popularity):
    """What the customer bought most, then what everybody buys.

    The baseline to beat where purchases repeat: in groceries it beats most published
    next-basket models (Li, Jullien, Ariannezhad, de Rijke, "A next basket recommendation
    reality check", ACM TOIS 2023, arXiv 2109.14233).
    """

    name: ClassVar[str] = "habit"
    stays: ClassVar[tuple[str, ...]] = (*Popularity.stays, "_least")

    def scores(self, users: Codes) -> Scores:
        behind = self.popularity.astype(np.float64)  # below the least count of a purchase
        scores = np.tile(behind * (self._least / (1 + behind.max())), (len(users), 1))
        own = self.history.take(users)
        scores[np.repeat(np.arange(len(users)), np.diff(own.starts)), own.items] += own.values
        return scores

    @cached_property
    def _least(self) -> float:
        """What the purchases of a product by a user count, at least."""
        return float(self.history.values.min())

    def _forget(self) -> None:
        super()._forget()
        self.__dict__.pop("_least", None)
