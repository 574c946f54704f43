"""Lists with some chance in them, so that a log tells what other orders would have earned.

A share of the lists is the best products in random order; the others are as the model has them. So every
product of the pool has a known probability at every place, and another model's lists can be valued by places
(`improve.off_policy`).
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

_CHANCE = random.SystemRandom()


@dataclass(frozen=True)
class Pool:
    """The best products of one model, pinned ones first, of which a list shows the first, or random ones."""

    codes: Sequence[int]
    pinned: int  # how many of them are pinned: they keep their places
    top: int
    share: float  # of lists that are left to chance

    def drawn(self, chance: random.Random = _CHANCE) -> list[int]:
        """A list."""
        kept = list(self.codes[: self.top])
        if not self.share or chance.random() >= self.share:
            return kept
        rest = self.codes[self.pinned :]
        return [*kept[: self.pinned], *chance.sample(rest, len(kept) - min(self.pinned, len(kept)))]

    def propensities(self, shown: Sequence[int]) -> tuple[float, ...]:
        """The probability with which each product of a list comes to stand where it stands."""
        rest = set(self.codes[self.pinned :])
        by_chance = self.share / len(rest) if rest else 0.0
        made = []
        for place, code in enumerate(shown):
            usual = place < len(self.codes) and self.codes[place] == code
            if place < self.pinned:
                made.append(float(usual))
            else:
                made.append((1 - self.share) * usual + by_chance * (code in rest))
        return tuple(made)
