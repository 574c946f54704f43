"""What stands first in a list, without the scores of everything else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from onebasket.recommenders.interactions import Codes, Mask
from onebasket.recommenders.ranking import Scores, top_of_rows

_FIRST = 300  # items: as a rule enough of them pass a list's filters


@dataclass(frozen=True, eq=False)
class Ahead:
    """The items that a model scores highest for somebody; all others only once these do not suffice."""

    items: Codes  # rising
    scores: Scores  # (items,) of these; no other item's is higher
    whole: Callable[[], Scores]  # makes, or remembers, those of all items

    @classmethod
    def of(cls, whole: Scores) -> Ahead:
        """The first of the scores of all items."""
        found = top_of_rows(whole[None], min(_FIRST, len(whole)))[0][0]
        items: Codes = np.sort(found[found >= 0])
        return cls(items, whole[items], lambda: whole)

    def __getitem__(self, item: int) -> np.floating[Any]:
        """The score of one item."""
        place = int(np.searchsorted(self.items, item))
        known = place < len(self.items) and int(self.items[place]) == item
        found: np.floating[Any] = self.scores[place] if known else self.whole()[item]
        return found

    def in_order(self, allowed: Mask) -> list[int]:
        """Those of the items that may be listed, the best first, equals by code."""
        some = np.flatnonzero(allowed[self.items])
        ordered: list[int] = self.items[some[np.argsort(-self.scores[some], kind="stable")]].tolist()
        return ordered

    def others(self, allowed: Mask) -> Mask:
        """What else may be listed."""
        made = allowed.copy()
        made[self.items] = False
        return made
