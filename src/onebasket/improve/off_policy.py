"""What a new policy would have earned, told from lists that another one showed.

A round is one thing shown once: to whom, what, with which probability it was chosen, and what came of it.
Three estimates of a policy's value, its mean reward a round (weight: the new policy's probability of what was
shown, over the logged one):

    ips     mean of weight · reward (Horvitz and Thompson 1952): unbiased, and noisy where weights are large
    snips   the same over the mean of the weights (Swaminathan and Joachims, NeurIPS 2015): slightly biased,
            usually much less noisy
    dr      expected prediction under the new policy + weight · (reward − prediction of what was shown)
            (Dudík, Langford and Li, ICML 2011): unbiased if propensities are right, the less noisy the better
            the predictions, which must come from other rounds

All hold only if the logged policy could show whatever the new one would. Of lists, a round is a place of a
list, with the probability of its product at that place; what a product does to its neighbours is not seen.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from onebasket.errors import ImproveError
from onebasket.intervals import CONFIDENCE, Doubles, Interval, column, fixed

LEAST_EFFECTIVE = 100.0
LEAST_SHARE = 0.01
LEAST_REWARDS = 20.0  # below, intervals were seen to cover too seldom (benchmarks/off_policy.py)
_SURE = 0.999  # of the check that weights are 1 on average


@dataclass(frozen=True, eq=False)
class Rounds:
    """Logged rounds, n of them. Rounds of one customer depend on each other: name the customers, so that
    intervals are over them. Weights above `clip` are cut to it, which biases every estimate.

    Where both policies are known in full, give `squares` (n,), the sum over all that could have been shown of
    probability² / propensity, which is the square of the weight to be expected. Weights that were seen cannot
    tell of those that by luck were not, and an unlucky log looks more reliable than it is; these can.
    """

    reward: npt.ArrayLike  # (n,)
    propensity: npt.ArrayLike  # (n,) the logged policy's probability of what it showed: above 0
    probability: npt.ArrayLike  # (n,) the new policy's probability of the same
    customers: npt.NDArray[np.generic] | Sequence[Hashable] | None = None  # (n,); without, a round is a unit
    clip: float | None = None
    squares: npt.ArrayLike | None = None  # (n,)


@dataclass(frozen=True)
class PolicyValue:
    """An estimate of the mean reward a round under the new policy, with its normal interval over units
    (customers, or rounds where no customers are named); and whether it can be relied on."""

    estimator: str
    value: float
    low: float
    high: float
    gain: Interval  # the value less the mean reward of these very rounds as they were logged
    rounds: int
    units: int
    effective: float  # units of equal weight that would tell as much (Kish): (Σ w)² / Σ w²; or `squares` say
    effective_rewards: float  # the same of weight · |reward|: how many rewards carry the estimate
    largest: float  # weight, before clipping
    mean_weight: float  # before clipping; 1 is expected
    clipped: float  # share of the rounds
    notes: tuple[str, ...]  # what speaks against relying on it

    @property
    def reliable(self) -> bool:
        """Whether nothing speaks against it."""
        return not self.notes


def ips(rounds: Rounds, confidence: float = CONFIDENCE) -> PolicyValue:
    """Inverse propensity scoring. Raises ImproveError for rounds that cannot be used, as all here."""
    read = _read(rounds)
    return _estimate("ips", read, read.weights * read.reward, confidence)


def snips(rounds: Rounds, confidence: float = CONFIDENCE) -> PolicyValue:
    """Self-normalised inverse propensity scoring; its interval is by the delta method, as of any ratio."""
    read = _read(rounds)
    mean = float(read.weights.mean())
    if mean <= 0:
        raise ImproveError(
            "The new policy's value cannot be estimated.",
            found="it never does what the log shows",
            expected="a probability above 0 in some round",
        )
    value = float((read.weights * read.reward).mean()) / mean
    return _estimate("snips", read, value + read.weights * (read.reward - value) / mean, confidence)


def doubly_robust(
    rounds: Rounds, predicted: npt.ArrayLike, expected: npt.ArrayLike, confidence: float = CONFIDENCE
) -> PolicyValue:
    """`predicted` (n,): a model's reward of what was shown; `expected` (n,): the mean of its rewards of all
    that could have been, by the new policy's probabilities. The model must not have learnt from these rounds
    (learn it from others, or by folds), or the interval is too narrow."""
    read = _read(rounds)
    model = column("predicted", predicted, len(read.reward))
    instead = column("expected", expected, len(read.reward))
    return _estimate("dr", read, instead + read.weights * (read.reward - model), confidence)


@dataclass(frozen=True, eq=False)
class _Read:
    reward: Doubles  # (n,)
    weights: Doubles  # (n,) clipped
    full: Doubles  # (n,) not clipped
    unit: npt.NDArray[np.int64]  # (n,) codes from 0
    square: float  # of a weight, to be expected; 0 where that is not known


def _read(rounds: Rounds) -> _Read:
    reward = column("reward", rounds.reward)
    propensity = _probabilities("propensity", rounds.propensity, len(reward), positive=True)
    probability = _probabilities("probability", rounds.probability, len(reward), positive=False)
    unit = np.arange(len(reward))
    if rounds.customers is not None:
        unit = np.unique(np.asarray(rounds.customers), return_inverse=True)[1].reshape(-1)
    if len(unit) != len(reward) or len(unit) < 2 or unit.max() < 1:
        raise ImproveError(
            "The rounds cannot be used.",
            found=f"{len(reward):,} rounds, {len(unit):,} customers named",
            expected="two rounds at least, a customer for each, two different customers at least",
        )
    if rounds.clip is not None and not rounds.clip > 0:
        raise ImproveError("Weights cannot be clipped.", found=f"clip {rounds.clip}", expected="above 0")
    full = probability / propensity
    square = 0.0 if rounds.squares is None else float(column("squares", rounds.squares, len(reward)).mean())
    return _Read(reward, full if rounds.clip is None else np.minimum(full, rounds.clip), full, unit, square)


def _probabilities(name: str, values: npt.ArrayLike, length: int, *, positive: bool) -> Doubles:
    made = column(name, values, length)
    wrong = (made > 1) | ((made <= 0) if positive else (made < 0))
    if wrong.any():
        worst = made[wrong]
        raise ImproveError(
            f"The column {name} cannot be used.",
            found=f"{len(worst):,} of {length:,} values out of range, such as {worst[0]:g}",
            expected="above 0 and at most 1" if positive else "from 0 to 1",
            next_step="log the probability with which each thing shown was chosen" if positive else None,
        )
    return made


def _estimate(estimator: str, read: _Read, terms: Doubles, confidence: float) -> PolicyValue:
    """Of terms a round whose mean is the estimate, and which less it are its influence function."""
    value, logged = float(terms.mean()), float(read.reward.mean())
    told = fixed(value, _error(terms - value, read.unit), confidence)
    gain = fixed(value - logged, _error(terms - read.reward - (value - logged), read.unit), confidence)
    effective, rewarded = _effective(read, read.weights), _effective(read, read.weights * np.abs(read.reward))
    units = int(read.unit.max()) + 1
    effective = min(effective, units / max(read.square, 1.0))
    clipped = float((read.full > read.weights).mean())
    notes = _notes(read, (effective, rewarded), units, clipped)
    return PolicyValue(
        estimator, value, told.low, told.high, gain, len(terms), units, effective, rewarded,
        float(read.full.max()), float(read.full.mean()), clipped, notes,
    )  # fmt: skip


def _notes(read: _Read, effective: tuple[float, float], units: int, clipped: float) -> tuple[str, ...]:
    notes = []
    least = max(LEAST_EFFECTIVE, LEAST_SHARE * units)
    if effective[0] < least:
        notes.append(f"effective sample size {effective[0]:.1f} of {units:,}, below {least:,.0f}")
    if effective[1] < LEAST_REWARDS:
        notes.append(f"effective number of rewards {effective[1]:.1f}, below {LEAST_REWARDS:.0f}")
    mean = float(read.full.mean())
    weights = fixed(mean, _error(read.full - mean, read.unit), _SURE)
    if not weights.low <= 1 <= weights.high:
        notes.append(
            f"weights are {mean:.3g} on average where 1 is expected: the logged propensities are wrong,"
            " or the new policy does what the log never shows"
        )
    if clipped:
        notes.append(f"weights of {clipped:.2%} of the rounds are clipped, which biases the estimate")
    return tuple(notes)


def _effective(read: _Read, amounts: Doubles) -> float:
    """How many units would tell as much if they shared amounts evenly (Kish)."""
    totals = np.bincount(read.unit, amounts)
    squares = float((totals**2).sum())
    return float(totals.sum()) ** 2 / squares if squares > 0 else 0.0


def _error(influence: Doubles, unit: npt.NDArray[np.int64]) -> float:
    """The standard error of a mean over rounds, from what each unit's rounds do to it."""
    sums = np.bincount(unit, influence)
    return math.sqrt(float((sums**2).sum()) * len(sums) / (len(sums) - 1)) / len(influence)
