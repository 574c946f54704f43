"""Three ways to a model: from nothing but the catalogues, from pairs that were judged, from other catalogues.

Without labels a model teaches itself (classification EM, Celeux and Govaert 1992): the pairs that are each
other's likest begin as one product, a model is fitted to them and to all other candidates, and its own best
pairs are what the next one is fitted to. A pair is judged by a model that has not seen its first offer.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
import numpy.typing as npt

from onebasket.accounting import Progress
from onebasket.align.products.additive import FEATURES, RIDGE, Additive, Values, fit
from onebasket.align.products.comparing import Floats, Pair
from onebasket.align.products.standing import BY

Flags = npt.NDArray[np.bool_]
FOLDS = 3
_ALONE_ROUNDS, _ADAPTED_ROUNDS = 5, 1
_FIRST = 0.4  # this share of the likest pairs, the least like ones, teaches nothing at first
_SURE = 0.8  # and 1 - this: pairs between the two teach nothing
_MOST = 12_000  # pairs that are not one product, of which no more are needed
_FEW = 20  # pairs to begin with, below which nothing can be learnt
_FIRM = 3.0  # labels a model made for itself are believed less
DECIDED = 10.0  # a decision by hand counts as much as so many pairs
_FIRMEST = 100.0  # how a known model gives way to what it makes of new catalogues
_BY = tuple(FEATURES.index(name) for name in BY)
# What catalogues state in these columns differs too much to be carried from one to another.
_OWN = tuple(
    FEATURES.index(name) for name in ("brand_same", "brand_within", "model_same", "model_column_within")
)


class Scorer(Protocol):
    """What judges pairs by their features."""

    def score(self, features: Floats) -> Values:
        """Log odds that each pair is one product, shape (pairs,)."""
        ...


@dataclass(frozen=True)
class Judged:
    """Pairs with a label each: 1 one product, 0 not."""

    left: Pair
    right: Pair
    labels: Values


@dataclass(frozen=True)
class Learnt:
    """Models, and what to know before trusting them.

    `own` are those of two catalogues that identifiers taught; `models` judge the pairs of all others, one a
    fold of offers. `source` is the catalogue of each offer.
    """

    source: Pair
    models: tuple[Scorer, ...]
    own: Mapping[tuple[int, int], Additive] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    def score(self, left: Pair, right: Pair, features: Floats) -> Values:
        """Log odds of pairs, left < right, each by its model."""
        found = np.empty(len(left))
        for model, asked in self.of(left, right):
            found[asked] = model.score(features[asked])
        return found

    def of(self, left: Pair, right: Pair) -> Iterator[tuple[Scorer, Flags]]:
        """Each model with the pairs it judges."""
        rest = np.ones(len(left), np.bool_)
        for (one, other), model in self.own.items():
            asked = (self.source[left] == one) & (self.source[right] == other)
            rest &= ~asked
            if asked.any():
                yield model, asked
        for fold, each in enumerate(self.models):
            asked = rest & (left % len(self.models) == fold)
            if asked.any():
                yield each, asked


def without_columns(features: Floats) -> Floats:
    """Features by which catalogues differ are unknown to a model that is carried to others."""
    bare = features.copy()
    bare[:, _OWN] = np.nan
    return bare


def carried(sets: Sequence[tuple[Floats, Values]]) -> Additive:
    """A model for other catalogues: of features and labels of judged pairs, a set a catalogue."""
    features = np.concatenate([without_columns(features) for features, _ in sets])
    return fit(features, np.concatenate([labels for _, labels in sets]), ridge=1.5 * RIDGE)


@dataclass(frozen=True)
class Sample:
    """Candidates to learn from. Those that are not `mine` only say whether one of mine is the likest.

    `decided` are features and labels of pairs that people judged.
    """

    source: Pair  # the catalogue of each offer
    left: Pair
    right: Pair
    features: Floats
    mine: Flags
    decided: tuple[Floats, Values] = (np.zeros((0, len(FEATURES)), np.float32), np.zeros(0))

    def likest(self, worth: Values) -> Flags:
        """Which pairs are the best that either offer has in the other's catalogue."""
        catalogues = int(self.source.max(initial=0)) + 1
        best = np.full(len(self.source) * catalogues, -np.inf)
        sides = [
            one.astype(np.int64) * catalogues + self.source[other]
            for one, other in ((self.left, self.right), (self.right, self.left))
        ]
        for side in sides:
            np.maximum.at(best, side, worth)
        return np.asarray((best[sides[0]] == worth) & (best[sides[1]] == worth))


def alone(sample: Sample, known: Additive, seed: int, progress: Progress) -> Learnt:
    """Models of candidates alone. Where too few pairs begin, `known` judges instead, and a note says so."""
    alike = np.nan_to_num(sample.features[:, _BY]).sum(axis=1)
    likest = sample.likest(alike) & (alike > 0.0)
    first = likest & sample.mine
    if first.sum() < _FEW:
        note = f"{int(first.sum())} pairs are each other's likest: weights are those of other catalogues."
        return Learnt(sample.source, (known,), notes=(note,))
    unlike = likest & (alike < np.quantile(alike[first], _FIRST))
    same, used = likest & ~unlike, sample.mine & ~unlike
    models: tuple[Additive, ...] = ()
    for step in range(_ALONE_ROUNDS):
        progress("learn", step, _ALONE_ROUNDS)
        models = _folds(sample, same, used, models, None, _FIRM * RIDGE, seed)
        same, used = _next(sample, sample.features, models)
        if same.sum() < _FEW:
            break
    return Learnt(sample.source, models)


def adapted(sample: Sample, known: Additive, seed: int, progress: Progress) -> Learnt:
    """A known model, drawn to what it makes of these candidates."""
    models: tuple[Additive, ...] = (known,)
    same, used = _next(sample, without_columns(sample.features), models)
    if same.sum() < _FEW:
        note = f"{int(same.sum())} pairs look like one product: weights are those of other catalogues."
        features, labels = sample.decided
        if len(labels):
            models = (fit(features, labels, np.full(len(labels), DECIDED), known, _FIRMEST),)
        return Learnt(sample.source, models, notes=(note,))
    for step in range(_ADAPTED_ROUNDS):
        progress("learn", step, _ADAPTED_ROUNDS)
        models = _folds(sample, same, used, models, known, _FIRMEST, seed)
        same, used = _next(sample, sample.features, models)
    return Learnt(sample.source, models)


def _next(sample: Sample, features: Floats, models: tuple[Additive, ...]) -> tuple[Flags, Flags]:
    """Pairs that are each other's best and likely, and those sure enough to learn from."""
    chance = 1.0 / (1.0 + np.exp(-Learnt(sample.source, models).score(sample.left, sample.right, features)))
    same = sample.likest(chance) & (chance >= 0.5) & sample.mine
    return same, sample.mine & (same | (chance > _SURE) | (chance < 1.0 - _SURE))


def _folds(
    sample: Sample, same: Flags, used: Flags, begin: Sequence[Additive], known: Additive | None,
    ridge: float, seed: int,
) -> tuple[Additive, ...]:  # fmt: skip
    """A model a fold, fitted to the other folds' pairs; some that are not one product stand for all."""
    random = np.random.default_rng(seed)
    yes, no = np.flatnonzero(used & same), np.flatnonzero(used & ~same)
    some = np.sort(random.choice(no, _MOST, replace=False)) if len(no) > _MOST else no
    chosen = np.concatenate([yes, some])
    weights = np.where(same[chosen], 1.0, len(no) / max(len(some), 1))
    made = []
    for fold in range(FOLDS):
        kept = sample.left[chosen] % FOLDS != fold
        asked, near = chosen[kept], begin[fold % len(begin)] if begin else None
        features = np.concatenate([sample.features[asked], sample.decided[0]])
        labels = np.concatenate([same[asked].astype(np.float64), sample.decided[1]])
        counts = np.concatenate([weights[kept], np.full(len(sample.decided[1]), DECIDED)])
        made.append(fit(features, labels, counts, known, ridge, near))
    return tuple(made)
