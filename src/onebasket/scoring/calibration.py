"""Calibration: what a model says, mapped to what then happens.

Platt's map (Platt 1999) is a logistic curve over log odds, with two parameters; isotonic
regression (Zadrozny and Elkan 2002) is the rising step function nearest to the outcomes, here
with straight lines between the middles of its steps, so that an order between customers is not lost.
A scale multiplies amounts, so that their sum is right.
"""

from __future__ import annotations

from typing import Literal

import msgspec
import numpy as np
import numpy.typing as npt

Doubles = npt.NDArray[np.float64]
Kind = Literal["none", "platt", "isotonic", "scale"]

PROBABILITIES: tuple[Kind, ...] = ("none", "platt", "isotonic")
AMOUNTS: tuple[Kind, ...] = ("none", "scale", "isotonic")
_LEAST = 1e-6  # no probability is closer to 0 or 1
_STEPS = 50
_LEAST_STEP = 20  # outcomes a step of the isotonic map, at least


class Calibrator(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A rising map from what a model says to what is believed."""

    kind: Kind = "none"
    slope: float = 1.0
    shift: float = 0.0
    said: tuple[float, ...] = ()  # isotonic: rising
    found: tuple[float, ...] = ()  # isotonic: what `said` becomes

    def __call__(self, said: Doubles) -> Doubles:
        """The values believed, of the same shape."""
        if self.kind == "isotonic":
            made: Doubles = np.interp(said, self.said, self.found)
        elif self.kind == "platt":
            made = sigmoid(self.slope * log_odds(said) + self.shift)
        else:
            made = self.slope * said
        return made


def fit(kind: Kind, said: Doubles, outcomes: Doubles) -> Calibrator:
    """The calibrator of a kind for what was said and what happened, (rows,) each; without a row it
    changes nothing.

    Probabilities with `platt`, probabilities or amounts with `isotonic`, amounts with `scale`.
    """
    if not len(said):
        return Calibrator()
    if kind == "platt":
        slope, shift = _platt(log_odds(said), outcomes)
        return Calibrator(kind, slope, shift)
    if kind == "isotonic":
        points, levels = _isotonic(said, outcomes)
        return Calibrator(kind, said=tuple(points.tolist()), found=tuple(levels.tolist()))
    if kind == "scale":
        total, found = float(said.sum()), max(float(outcomes.sum()), 0.0)
        return Calibrator(kind, found / total if total > _LEAST * found else 1.0)  # nothing was said of it
    return Calibrator()


def sigmoid(odds: Doubles) -> Doubles:
    """Log odds to probabilities."""
    made: Doubles = 1 / (1 + np.exp(-np.clip(odds, -40, 40)))
    return made


def log_odds(share: Doubles) -> Doubles:
    """Probabilities to log odds, kept finite."""
    safe = np.clip(share, _LEAST, 1 - _LEAST)
    made: Doubles = np.log(safe / (1 - safe))
    return made


def _platt(odds: Doubles, outcomes: Doubles) -> tuple[float, float]:
    """Slope and shift by Newton's method; outcomes are drawn in a little, as Platt advises."""
    ones = outcomes.sum()
    high, low = (ones + 1) / (ones + 2), 1 / (len(outcomes) - ones + 2)
    goal = np.where(outcomes > 0, high, low)
    design = np.column_stack([odds, np.ones_like(odds)])
    weights = np.array([1.0, 0.0])
    for _ in range(_STEPS):
        said = sigmoid(design @ weights)
        slack = design.T @ (said - goal) + 1e-3 * (weights - [1.0, 0.0])
        bend = (design * (said * (1 - said))[:, None]).T @ design + 1e-3 * np.eye(2)
        step = np.linalg.solve(bend, slack)
        weights = weights - np.clip(step, -2, 2)
        if np.abs(step).max() < 1e-10:
            break
    return max(float(weights[0]), 0.0), float(weights[1])


def _isotonic(said: Doubles, outcomes: Doubles) -> tuple[Doubles, Doubles]:
    """Points of the map, by pooling neighbours that fall until all rise; small steps are pooled, too."""
    order = np.argsort(said, kind="stable")
    points, place = np.unique(said[order], return_inverse=True)
    sizes = np.bincount(place).astype(np.float64)
    means = np.bincount(place, outcomes[order]) / sizes
    blocks: list[tuple[float, float, float]] = []  # size, mean outcome, mean of what was said
    for size, mean, point in zip(sizes.tolist(), means.tolist(), points.tolist(), strict=True):
        blocks.append((size, mean, point))
        while len(blocks) > 1 and (blocks[-2][1] >= blocks[-1][1] or blocks[-2][0] < _LEAST_STEP):
            blocks[-2:] = [_pooled(*blocks[-2:])]
    if len(blocks) > 1 and blocks[-1][0] < _LEAST_STEP:
        blocks[-2:] = [_pooled(*blocks[-2:])]
    return np.array([point for _, _, point in blocks]), np.array([mean for _, mean, _ in blocks])


def _pooled(one: tuple[float, float, float], other: tuple[float, float, float]) -> tuple[float, float, float]:
    size = one[0] + other[0]
    return (
        size,
        (one[0] * one[1] + other[0] * other[1]) / size,
        (one[0] * one[2] + other[0] * other[2]) / size,
    )
