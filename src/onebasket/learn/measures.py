"""How good probabilities and amounts are, with intervals over customers.

Of probabilities: auc, the chance that one to whom it happened was given more than one to whom it did not
(ties count half); brier, the mean square of probability less outcome; log_loss; ece, the mean distance
between what was said and what happened in 15 bins of about as many rows each; ece_chance, what ece would be
on these very rows were every probability exactly right; lift@10%, how much more often it happened among the
tenth given most than among all. Of amounts, in minor units: mae, the mean distance; r2, the share of the
variance explained; total_ratio, all that was foretold over all there was; spearman, the correlation of ranks.

Intervals are percentiles of bootstrap resamples of customers (Efron 1979): all rows of a customer come
together."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from onebasket.learn.evaluate import Score

Doubles = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

RESAMPLES = 200
BINS = 15
_TRIALS = 50
_LEAST = 1e-4


@dataclass(frozen=True)
class Bin:
    """One point of a reliability curve: rows of about one expectation."""

    bin: int
    expected: float
    observed: float
    low: float
    high: float
    rows: int


@dataclass(frozen=True, eq=False)
class Told:
    """What was said of some rows, what then happened, and whose rows they are."""

    said: Doubles  # (rows,)
    goal: Doubles  # (rows,)
    owner: Integers  # (rows,) codes of customers from 0
    money: bool

    @property
    def customers(self) -> int:
        return int(self.owner.max()) + 1 if len(self.owner) else 0


def loss(said: Doubles, goal: Doubles, money: bool) -> float:
    """What models are chosen by, on validation: mean square error of amounts, log loss of probabilities."""
    if money:
        return float(np.mean((said - goal) ** 2))
    safe = np.clip(said, _LEAST, 1 - _LEAST)
    return float(-np.mean(goal * np.log(safe) + (1 - goal) * np.log(1 - safe)))


def summarise(told: Told, seed: int) -> list[Score]:
    """Every measure with its interval; none that these rows do not define."""
    kinds = _AMOUNTS if told.money else _PROBABILITIES
    order = np.argsort(told.said, kind="stable")
    said, goal, owner = told.said[order], told.goal[order], told.owner[order]
    ones = np.ones(len(said))
    values = {name: measure(said, goal, ones) for name, measure in kinds.items()}
    random = np.random.default_rng(seed)
    drawn: dict[str, list[float]] = {name: [] for name in kinds}
    for _ in range(RESAMPLES):
        pick = random.integers(0, told.customers, told.customers)
        weights = np.bincount(pick, minlength=told.customers).astype(np.float64)[owner]
        for name, measure in kinds.items():
            drawn[name].append(measure(said, goal, weights))
    scores = []
    for name, value in values.items():
        some = np.array(drawn[name])
        some = some[~np.isnan(some)]
        if not np.isnan(value) and len(some):
            if name == "ece":  # resamples are further from any curve than the rows they are drawn from
                some = np.maximum(some - some.mean() + value, 0)
            low, high = np.percentile(some, [2.5, 97.5])
            scores.append(Score(name, value, float(low), float(high), told.customers))
    if not told.money:
        scores.append(_chance(said, told.customers, random))
    return scores


def reliability(told: Told, seed: int, bins: int = BINS) -> list[Bin]:
    """The reliability curve: bins of about as many rows each, with intervals over customers."""
    order = np.argsort(told.said, kind="stable")
    edges = _edges(len(order), bins)
    place = np.repeat(np.arange(len(edges) - 1), np.diff(edges))
    owner, goal = told.owner[order], told.goal[order]
    count = len(edges) - 1
    random, drawn = np.random.default_rng(seed), []
    for _ in range(RESAMPLES):
        pick = random.integers(0, told.customers, told.customers)
        weights = np.bincount(pick, minlength=told.customers).astype(np.float64)[owner]
        sums = np.bincount(place, weights, count)
        drawn.append(np.divide(np.bincount(place, weights * goal, count), sums, out=np.full(count, np.nan),
                               where=sums > 0))  # fmt: skip
    low, high = np.nanpercentile(np.array(drawn), [2.5, 97.5], axis=0)
    rows = np.diff(edges)
    means = [np.bincount(place, values, count) / rows for values in (told.said[order], goal)]
    columns = zip(*means, low, high, rows, strict=True)
    return [
        Bin(number, float(said), float(found), float(lower), float(upper), int(size))
        for number, (said, found, lower, upper, size) in enumerate(columns, 1)
    ]


Measure = Callable[[Doubles, Doubles, Doubles], float]  # said in rising order, goal, weights


def auc(said: Doubles, goal: Doubles, weights: Doubles) -> float:
    """The chance that one to whom it happened was given more than one to whom it did not; of rows (rows,) in
    rising order of what was said. NaN where all came to the same."""
    starts = np.flatnonzero(np.concatenate([[True], said[1:] > said[:-1]]))
    ones = np.add.reduceat(weights * goal, starts)
    noughts = np.add.reduceat(weights * (1 - goal), starts)
    below = np.cumsum(noughts) - noughts
    pairs = ones.sum() * noughts.sum()
    return float((ones * (below + noughts / 2)).sum() / pairs) if pairs else np.nan


def _brier(said: Doubles, goal: Doubles, weights: Doubles) -> float:
    return _mean((said - goal) ** 2, weights)


def _log_loss(said: Doubles, goal: Doubles, weights: Doubles) -> float:
    safe = np.clip(said, _LEAST, 1 - _LEAST)
    return _mean(-(goal * np.log(safe) + (1 - goal) * np.log(1 - safe)), weights)


def _ece(said: Doubles, goal: Doubles, weights: Doubles) -> float:
    """Bins of about one weight; rows of a bin lie together, as they are in order of what was said."""
    total = weights.sum()
    place = np.minimum((np.cumsum(weights) - weights / 2) / total * BINS, BINS - 1).astype(np.int64)
    gaps = np.bincount(place, weights * (said - goal), BINS)
    return float(np.abs(gaps).sum() / total)


def _lift(said: Doubles, goal: Doubles, weights: Doubles) -> float:
    """Rows that tie at the edge of the tenth count in part."""
    base, total = _mean(goal, weights), weights.sum()
    starts = np.flatnonzero(np.concatenate([[True], said[1:] > said[:-1]]))
    sizes, ones = np.add.reduceat(weights, starts)[::-1], np.add.reduceat(weights * goal, starts)[::-1]
    left = np.clip(total / 10 - (np.cumsum(sizes) - sizes), 0, sizes)
    shares = np.divide(ones, sizes, out=np.zeros_like(ones), where=sizes > 0)
    return float((left * shares).sum() / (total / 10) / base) if base > 0 else np.nan


def _base_rate(said: Doubles, goal: Doubles, weights: Doubles) -> float:
    return _mean(goal, weights)


def _mae(said: Doubles, goal: Doubles, weights: Doubles) -> float:
    return _mean(np.abs(said - goal), weights)


def _r2(said: Doubles, goal: Doubles, weights: Doubles) -> float:
    spread = _mean((goal - _mean(goal, weights)) ** 2, weights)
    return 1 - _mean((said - goal) ** 2, weights) / spread if spread > 0 else np.nan


def _total_ratio(said: Doubles, goal: Doubles, weights: Doubles) -> float:
    there = float((weights * goal).sum())
    return float((weights * said).sum()) / there if there > 0 else np.nan


def _spearman(said: Doubles, goal: Doubles, weights: Doubles) -> float:
    one, other = _ranks(said, weights), _ranks(goal, weights)
    one, other = one - _mean(one, weights), other - _mean(other, weights)
    spread = np.sqrt(_mean(one**2, weights) * _mean(other**2, weights))
    return _mean(one * other, weights) / spread if spread > 1e-12 else np.nan


def _ranks(values: Doubles, weights: Doubles) -> Doubles:
    """Mean ranks; equals share theirs."""
    unique, place = np.unique(values, return_inverse=True)
    sizes = np.bincount(place, weights, len(unique))
    made: Doubles = (np.cumsum(sizes) - sizes / 2)[place]
    return made


def _mean(values: Doubles, weights: Doubles) -> float:
    return float((values * weights).sum() / weights.sum())


def _chance(said: Doubles, customers: int, random: np.random.Generator) -> Score:
    """The ece of outcomes drawn from the very probabilities."""
    ones = np.ones(len(said))
    drawn = [_ece(said, (random.random(len(said)) < said).astype(np.float64), ones) for _ in range(_TRIALS)]
    low, high = np.percentile(drawn, [2.5, 97.5])
    return Score("ece_chance", float(np.mean(drawn)), float(low), float(high), customers)


def _edges(rows: int, bins: int) -> Integers:
    made: Integers = np.unique(np.linspace(0, rows, min(bins, rows) + 1).round().astype(np.int64))
    return made


_PROBABILITIES: dict[str, Measure] = {
    "auc": auc, "brier": _brier, "log_loss": _log_loss, "ece": _ece, "lift@10%": _lift,
    "base_rate": _base_rate,
}  # fmt: skip
_AMOUNTS: dict[str, Measure] = {
    "mae": _mae, "r2": _r2, "total_ratio": _total_ratio, "spearman": _spearman, "mean": _base_rate,
}  # fmt: skip
