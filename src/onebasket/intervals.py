"""Intervals of an estimate: for one look at a time stated beforehand, and for looks at any time.

An interval for one look fails more often the more often it is looked at: with a look a day for a month, one
experiment in four without any effect shows one. A confidence sequence holds at all times together.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

from onebasket.errors import ImproveError

Doubles = npt.NDArray[np.float64]

CONFIDENCE = 0.95
_NORMAL = NormalDist()


@dataclass(frozen=True)
class Interval:
    """An estimate with its interval, in the units of what is estimated."""

    value: float
    low: float
    high: float
    p_value: float  # of the true value being 0


def fixed(value: float, error: float, confidence: float = CONFIDENCE) -> Interval:
    """The normal interval of an estimate with a standard error, for one look."""
    margin = _NORMAL.inv_cdf((1 + confidence) / 2) * error
    return Interval(value, value - margin, value + margin, _both_tails(_in_errors(value, error)))


def sequential(
    value: float, error: float, units: int, tuned_for: int, confidence: float = CONFIDENCE
) -> Interval:
    """The interval of an estimate over `units` independent units so far, for looks at any time; and the
    p-value that may be looked at any time.

    Of all times together, the intervals of one experiment miss the truth with a probability of at most
    1 − confidence, where estimates are asymptotically linear and units come one after the other: the
    asymptotic confidence sequence of Waudby-Smith, Arbour, Sinha, Kennedy and Ramdas, "Time-uniform central
    limit theory and asymptotic confidence sequences", Annals of Statistics 2024, theorem 2.2. It is narrowest
    after about `tuned_for` units, which must be stated before the first look.
    """
    risk = 1 - confidence
    scale = _tuned(risk) * units / tuned_for  # the paper's t ρ²
    margin = math.sqrt((scale + 1) / scale * (math.log(scale + 1) - 2 * math.log(risk))) * error
    away = _in_errors(value, error) ** 2 * scale / (scale + 1)
    p_value = min(1.0, math.exp((math.log(scale + 1) - away) / 2)) if math.isfinite(away) else 0.0
    return Interval(value, value - margin, value + margin, p_value)


def chi_square_survival(statistic: float, degrees: int) -> float:
    """The probability that a chi-square variable of whole degrees of freedom is above a statistic.

    Finite sums (Abramowitz and Stegun, 26.4.4 and 26.4.5): every term is positive, so small tails are exact.
    """
    if statistic <= 0 or degrees <= 0:
        return 1.0
    half = statistic / 2
    odd = degrees % 2
    total = math.erfc(math.sqrt(half)) if odd else math.exp(-half)
    for step in range(1, (degrees + 1) // 2 if odd else degrees // 2):
        power = step - 0.5 if odd else step
        total += math.exp(power * math.log(half) - half - math.lgamma(power + 1))
    return min(total, 1.0)


def column(name: str, values: npt.ArrayLike, length: int | None = None) -> Doubles:
    """Numbers as doubles (n,). Raises ImproveError if they are not finite, not in one
    row, or not `length`."""
    made = np.asarray(values, np.float64)
    if made.ndim != 1 or (length is not None and len(made) != length):
        shape = "any length" if length is None else f"length {length:,}"
        raise ImproveError(
            f"The column {name} cannot be used.",
            found=f"shape {made.shape}",
            expected=f"one dimension, {shape}",
        )
    wrong = int(np.count_nonzero(~np.isfinite(made)))
    if wrong:
        raise ImproveError(
            f"The column {name} cannot be used.",
            found=f"{wrong:,} of {len(made):,} values missing or not finite",
            expected="a number for every row",
            next_step="leave those rows out, and say so, or state what they count as",
        )
    return made


def _tuned(risk: float) -> float:
    """t ρ² at which the sequence is narrowest: y − 1, of the larger root of y − ln y = 1 − 2 ln risk."""
    best = 10.0
    for _ in range(60):  # a contraction, as the slope 1 / y is below 1
        best = 1 - 2 * math.log(risk) + math.log(best)
    return best - 1


def _in_errors(distance: float, error: float) -> float:
    """A distance in standard errors; nothing varies and yet it is there: infinite."""
    if error > 0:
        return distance / error
    return math.inf if distance else 0.0


def _both_tails(errors: float) -> float:
    return math.erfc(abs(errors) / math.sqrt(2))
