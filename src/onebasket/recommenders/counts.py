"""What counts say beside a network: what followed what, and what each person had before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
import numpy.typing as npt

from onebasket.recommenders.interactions import Ragged
from onebasket.recommenders.ranking import Scores
from onebasket.recommenders.sequential_rules import SequentialRulesSettings, followed, followers

_FLOOR = 0.1  # of a usual count: what speaks for an item that is not counted
_LEAST = np.finfo(np.float32).tiny


@dataclass(frozen=True)
class Shares:
    """How much the logarithm of each count adds to a score."""

    rules: float = 0.0
    repeats: float = 0.0


# Tried on validation; repeats only where what a person had before is ranked.
RULES = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0, 1.4, 2.0, 4.0, 8.0)
REPEATS = (0.0, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0)


def tried(repeats: bool) -> list[Shares]:
    """All shares that are tried, the smallest first."""
    return [Shares(*each) for each in product(RULES, REPEATS if repeats else (0.0,))]


@dataclass(frozen=True, eq=False)
class Counts:
    """Rules (`sequential_rules`), and how many of each item a person had, decayed as sequences are."""

    rules: Ragged
    recency: float
    floors: npt.NDArray[np.float32]  # (2,) of rules and of repeats

    @classmethod
    def of(cls, done: Ragged, bought: Ragged, items: int, settings: SequentialRulesSettings) -> Counts:
        """Count what people did, in order, whatever they did; and what they bought."""
        rules = followers(done, items, settings)
        usual = [np.median(each.values) if len(each.values) else 1.0 for each in (rules, bought)]
        # Where all counts decayed to nothing, long before the last event, a floor is still above it.
        return cls(rules, settings.recency, np.maximum(_FLOOR * np.array(usual, np.float32), _LEAST))

    def after(self, done: Ragged) -> Scores:
        """The logarithm of how much follows from some histories, a floor under it, (histories, items)."""
        after = followed(self.rules, done, self.recency)
        after += self.floors[0]
        return np.log(after, out=after)

    def again(self, bought: Ragged) -> Scores:
        """The logarithm of how many of each item was bought, a floor under it, (histories, items)."""
        again = np.full((bought.rows, self.rules.rows), self.floors[1], np.float32)
        rows = np.repeat(np.arange(bought.rows), np.diff(bought.starts))
        np.add.at(again, (rows, bought.items), bought.values)
        return np.log(again, out=again)

    def arrays(self) -> dict[str, npt.NDArray[Any]]:
        """All of it, to be saved."""
        rules = self.rules
        return {
            "rules.starts": rules.starts, "rules.items": rules.items, "rules.values": rules.values,
            "counts.recency": np.array([self.recency]), "counts.floors": self.floors,
        }  # fmt: skip

    @classmethod
    def restored(cls, arrays: Mapping[str, npt.NDArray[Any]]) -> Counts:
        """Take back what `arrays` gave. Raises KeyError for what is missing."""
        rules = Ragged(*(arrays[f"rules.{part}"] for part in ("starts", "items", "values")))
        return cls(rules, float(arrays["counts.recency"][0]), arrays["counts.floors"])
