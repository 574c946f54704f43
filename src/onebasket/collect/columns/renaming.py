"""Which new column is which old one, where a file's columns have changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from onebasket.collect.columns import network
from onebasket.collect.columns.assigning import assign
from onebasket.collect.columns.judging import asked, calibration
from onebasket.collect.columns.names import pieces
from onebasket.collect.columns.profile import common_words, profile

Columns = Mapping[
    str, Sequence[str | None]
]  # names of columns → some of their values; none: only names count
_LEAST = 0.5


@dataclass(frozen=True)
class Renamed:
    """An old column, the new one that likely took its place, and how likely."""

    old: str
    new: str
    probability: float


def renamed(old: Columns, new: Columns) -> list[Renamed]:
    """Of the columns of a file that are gone, which new ones they have become, one to one, the surest first.

    Weighs what columns mean, how their names and values are alike, and which values they share.
    """
    gone = [name for name in old if name not in new]
    came = [name for name in new if name not in old]
    if not gone or not came:
        return []
    before, after = _Side(old), _Side(new)
    odds = np.array([[_odds(before, one, after, other) for other in came] for one in gone])
    chances = 1 / (1 + np.exp(-odds))
    found = [
        Renamed(gone[row], came[column], float(chances[row, column]))
        for row, column in enumerate(assign(odds + 0.0))
        if column >= 0 and chances[row, column] >= _LEAST
    ]
    return sorted(found, key=lambda each: (-each.probability, each.old))


class _Side:
    """A file's columns, each with its pieces, profile, values and meanings."""

    def __init__(self, columns: Columns) -> None:
        names, values = list(columns), list(columns.values())
        self.place = {name: at for at, name in enumerate(names)}
        self.pieces = [pieces(name) for name in names]
        self.profiles = np.stack([profile(each) for each in values])
        self.values = [{value for value in each if value} for each in values]
        words = [common_words(each) for each in values]
        self.likely: NDArray[np.float64] = asked(
            network.load(), self.pieces, words, self.profiles, calibration().temperature
        )[0]


def _odds(before: _Side, old: str, after: _Side, new: str) -> float:
    """Log odds that a new column is an old one. The weights are set by hand, not learnt."""
    one, other = before.place[old], after.place[new]
    meaning = float(np.sqrt(before.likely[one] * after.likely[other]).sum())
    mine, theirs = set(before.pieces[one].tolist()), set(after.pieces[other].tolist())
    name = len(mine & theirs) / max(len(mine | theirs), 1)
    odds = -3.0 + 5.0 * meaning + 3.0 * name
    if before.profiles[one].any() and after.profiles[other].any():
        apart = float(np.abs(before.profiles[one] - after.profiles[other]).sum())
        shared = before.values[one] & after.values[other]
        overlap = len(shared) / max(min(len(before.values[one]), len(after.values[other])), 1)
        odds += 3.0 * overlap - 0.6 * apart
    return odds
