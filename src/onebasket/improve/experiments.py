"""Experiments: customers dealt into arms without a register, and what the arms' outcomes say.

The unit is the customer, both in dealing and in counting: whoever looks at clicks or orders as if they were
independent gets intervals that are too narrow, as one customer makes many of them.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy.typing as npt

from onebasket.errors import ImproveError
from onebasket.intervals import (
    CONFIDENCE,
    Doubles,
    Interval,
    chi_square_survival,
    column,
    fixed,
    sequential,
)

LEAST = 100  # customers in either arm before anything is decided: the intervals are asymptotic
MISMATCH = 0.001
_BITS = 52  # a fraction of so many bits and a half is exact in a double

Decision = Literal["better", "worse", "undecided"]


def arm_of(experiment: str, customer_id: str, shares: Mapping[str, float]) -> str:
    """The arm of a customer in an experiment: the same at every call, on every machine, without a register.

    `shares` maps arms to their shares of all customers, in any order. Raises ImproveError unless they are
    positive and sum to 1 within 1e-9.

    Every arm draws an exponential time of rate `share` from SHA-256 of experiment, arm and customer, and the
    first to ring has the customer (weighted rendezvous hashing). Changed shares of two arms, or of one
    against all others in proportion, move only those who must. Other changes move at most 2 d / (1 + d) of
    all customers where d must; no rule without a memory promises less (Bavarian et al., "On the optimality of
    correlated sampling", 2016).
    """
    _check_shares(shares)
    if "\0" in experiment or any("\0" in arm for arm in shares):
        raise ImproveError("Experiments and arms have names without NUL.", found=repr([experiment, *shares]))
    rings = {arm: _rings(f"{experiment}\0{arm}\0{customer_id}", share) for arm, share in shares.items()}
    return min(rings, key=lambda arm: (rings[arm], arm))


def _rings(text: str, share: float) -> float:
    drawn = int.from_bytes(hashlib.sha256(text.encode()).digest()[:8]) >> (64 - _BITS)
    return -math.log((drawn + 0.5) / 2**_BITS) / share


@dataclass(frozen=True, eq=False)
class Outcomes:
    """What came of the customers of an arm, one place a customer.

    Everybody dealt into the arm has a place, those with nothing to count a nought. `sums` are what is
    compared (orders, money, clicks); `exposures` what they are divided by, for ratios such as clicks an
    impression. An outcome should be counted once it is final: of the days after a customer's first contact,
    for those whose days are over.
    """

    sums: npt.ArrayLike  # (customers,)
    exposures: npt.ArrayLike | None = None  # (customers,); without: the outcome is a mean a customer


@dataclass(frozen=True)
class Plan:
    """What must be stated before the first look.

    The sequential interval is narrowest at `tuned_for` customers in both arms together; it holds at any other
    number, too. With several arms beside the control, `comparisons` divides the risk among them (Bonferroni).
    """

    tuned_for: int
    confidence: float = CONFIDENCE
    comparisons: int = 1
    higher_is_better: bool = True

    def __post_init__(self) -> None:
        if self.tuned_for < 1 or self.comparisons < 1 or not 0 < self.confidence < 1:
            raise ImproveError(
                "The plan of an experiment cannot be used.",
                found=str(self),
                expected="whole numbers from 1, and a confidence between 0 and 1",
            )

    @property
    def each(self) -> float:
        """The confidence of each comparison."""
        return 1 - (1 - self.confidence) / self.comparisons


@dataclass(frozen=True)
class Comparison:
    """Treated less control. `lift` is relative to the control's mean, 0.02 for 2 % more; none unless both
    means are positive. The sequential intervals are none below 100 customers in either arm."""

    control: float  # mean a customer, or ratio
    treated: float
    customers: tuple[int, int]  # control, treated
    difference: Interval  # for one look, at the end stated beforehand
    difference_sequential: Interval | None  # for looks at any time
    lift: Interval | None
    lift_sequential: Interval | None
    decision: Decision  # by `difference_sequential` alone


def compare(control: Outcomes, treated: Outcomes, plan: Plan) -> Comparison:
    """What the treated arm does that the control does not. Raises ImproveError for input that cannot be used.

    Standard errors are Welch's, with normal quantiles; those of ratios by the delta method over customers
    (Deng, Knoblich and Lu, "Applying the delta method in metric analytics", KDD 2018). The interval of the
    lift is one of the logarithm of the two means' ratio.
    """
    arms = [_Arm.of(name, outcomes) for name, outcomes in (("control", control), ("treated", treated))]
    (base, base_error), (new, new_error) = ((arm.mean, arm.error) for arm in arms)
    customers = (arms[0].customers, arms[1].customers)
    total = sum(customers) if min(customers) >= LEAST else None
    difference, over_time = _intervals(new - base, math.hypot(base_error, new_error), total, plan)
    lift = lift_over_time = None
    if base > 0 and new > 0:
        logs = _intervals(math.log(new / base), math.hypot(base_error / base, new_error / new), total, plan)
        lift, lift_over_time = (_relative(each) if each else None for each in logs)
    assert difference is not None
    return Comparison(
        base, new, customers, difference, over_time, lift, lift_over_time,
        _decided(over_time, plan.higher_is_better),
    )  # fmt: skip


@dataclass(frozen=True)
class SampleRatio:
    """Whether arms have as many customers as their shares say."""

    statistic: float
    p_value: float
    mismatch: (
        bool  # p below .001: dealing or counting is broken, and no figure of the experiment can be believed
    )


def sample_ratio(customers: Mapping[str, int], shares: Mapping[str, float]) -> SampleRatio:
    """Pearson's chi-square of the arms' customers against their shares.

    The limit of .001 is the usual one (Fabijan et al., "Diagnosing sample ratio mismatch in online controlled
    experiments", KDD 2019); it is for one look, and with a look a day alarms a little more often. Raises
    ImproveError for shares that cannot be used, other arms, or no customers.
    """
    _check_shares(shares)
    total = sum(customers.values())
    if set(customers) != set(shares) or total <= 0 or min(customers.values()) < 0:
        raise ImproveError(
            "The arms' sizes cannot be held against their shares.",
            found=f"customers {dict(customers)}",
            expected=f"a count for each of {', '.join(shares)}, and a customer at least",
        )
    statistic = sum((customers[arm] - total * share) ** 2 / (total * share) for arm, share in shares.items())
    p_value = chi_square_survival(statistic, len(shares) - 1)
    return SampleRatio(statistic, p_value, p_value < MISMATCH)


@dataclass(frozen=True)
class _Arm:
    mean: float
    error: float
    customers: int

    @classmethod
    def of(cls, name: str, outcomes: Outcomes) -> _Arm:
        sums = column(f"sums of the {name}", outcomes.sums)
        if len(sums) < 2:
            raise ImproveError(
                f"The {name} arm cannot be judged.", found=f"{len(sums)} customers", expected="two at least"
            )
        if outcomes.exposures is None:
            return cls(float(sums.mean()), _error(sums), len(sums))
        exposures = column(f"exposures of the {name}", outcomes.exposures, len(sums))
        if exposures.min() < 0 or exposures.sum() <= 0:
            raise ImproveError(
                f"The ratio of the {name} arm is not defined.",
                found=f"exposures from {exposures.min():g}, {exposures.sum():g} in all",
                expected="none below 0, and some above",
            )
        ratio = float(sums.sum() / exposures.sum())
        return cls(ratio, _error((sums - ratio * exposures) / exposures.mean()), len(sums))


def _error(values: Doubles) -> float:
    return float(values.std(ddof=1)) / math.sqrt(len(values))


def _intervals(value: float, error: float, total: int | None, plan: Plan) -> tuple[Interval, Interval | None]:
    """For one look, and for looks at any time."""
    at_any_time = sequential(value, error, total, plan.tuned_for, plan.each) if total else None
    return fixed(value, error, plan.each), at_any_time


def _relative(logs: Interval) -> Interval:
    return Interval(_grown(logs.value), _grown(logs.low), _grown(logs.high), logs.p_value)


def _grown(log: float) -> float:
    return math.expm1(min(log, 700.0))  # above, a double is infinite


def _decided(interval: Interval | None, higher_is_better: bool) -> Decision:
    if interval is None or interval.low <= 0 <= interval.high:
        return "undecided"
    return "better" if (interval.low > 0) == higher_is_better else "worse"


def _check_shares(shares: Mapping[str, float]) -> None:
    total = math.fsum(shares.values())
    if not (all(share > 0 for share in shares.values()) and abs(total - 1) <= 1e-9):
        told = ", ".join(f"{arm} {share:g}" for arm, share in shares.items()) or "no arm"
        raise ImproveError(
            "The shares of an experiment's arms cannot be used.",
            found=f"{told}; {total:g} in all",
            expected="every share above 0, and 1 in all",
            next_step="leave out arms that nobody should be in, and divide the shares by their sum",
        )
