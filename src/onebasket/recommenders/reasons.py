"""Why a recommender lists an item: what each step of a person's past adds to its score."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from onebasket.recommenders.interactions import Codes, Mask
from onebasket.recommenders.ranking import Scores

Ranks = npt.NDArray[np.int64]
_NOISE = 1e-5  # of a score: how far sums of 32-bit numbers may part that are one


@dataclass(frozen=True)
class Step:
    """Something a person did, as a model knows it."""

    item: str | None  # None: about no product
    action: str  # purchase, view, …
    time: int | None  # seconds since 1970, UTC; None: the model does not know when, or it stands for several


@dataclass(frozen=True)
class Reason:
    """A step of a person's past, and what it does for an item."""

    place: int  # of the step in the past, from 0; in order of time where the model knows an order
    step: Step
    contribution: float  # score with the whole past less score without this step
    rank: int  # where the item would stand without it, from 1


@dataclass(frozen=True)
class Why:
    """What carries an item's score. Contributions of one person are comparable; they need not add up."""

    item: str
    score: float
    rank: int  # among the items allowed, from 1
    reasons: tuple[Reason, ...]  # steps that change the score: what raises it most first, equals the latest


def reasons_of(item: str, places: Sequence[int], steps: Sequence[Step], scores: Scores, ranks: Ranks) -> Why:
    """From an item's scores and ranks by the whole past and without each of some places, (1 + places,)."""
    whole = float(scores[0])
    added = whole - scores[1:].astype(np.float64)
    told = [
        Reason(place, steps[place], float(more), int(rank))
        for place, more, rank in zip(places, added, ranks[1:], strict=True)
        if abs(more) > _NOISE * max(1.0, abs(whole))
    ]
    told.sort(key=lambda reason: (-reason.contribution, -reason.place))
    return Why(item, whole, int(ranks[0]), tuple(told))


def ranks_of(scores: Scores, items: Codes, allowed: Mask | None) -> Ranks:
    """The places of some items in each row of `scores` (rows, all items), from 1, (rows, items): behind all
    allowed items of a higher score, and those as high of a lower code."""
    ranks = np.empty((len(scores), len(items)), np.int64)
    for column, item in enumerate(items):
        own = scores[:, item, None]
        before = scores > own
        before[:, :item] |= scores[:, :item] == own
        ranks[:, column] = 1 + (before if allowed is None else before & allowed).sum(axis=1)
    return ranks
