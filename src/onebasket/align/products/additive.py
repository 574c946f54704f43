"""An additive model: each feature says so many bits for or against one product, and the bits add up.

A feature's curve is piecewise linear between fixed knots, its slopes kept small by a ridge (P-splines with
first differences; Eilers and Marx 1996), fitted by Newton's method to labels, hard or soft. A model that is
known, from other catalogues or from before, is where the weights begin and what they are drawn to.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from onebasket.align.products.comparing import PLAIN, Floats
from onebasket.align.products.standing import STANDING
from onebasket.align.products.texts import Ints
from onebasket.kernels import kernel

Values = npt.NDArray[np.float64]
FEATURES = (*PLAIN, *STANDING)
RIDGE = 10.0
_ROUNDS = 40
_SLICE = 8192
_UNIT = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)
_COUNT = (0.0, 1.0, 2.0, 3.0, 5.0, 8.0)
_KNOTS: tuple[tuple[str, tuple[float, ...]], ...] = (
    ("facts_", (0.0, 1.0, 2.0, 3.0)),
    ("_differs", (0.0, 1.0)),
    ("edition_", (0.0, 1.0, 2.0, 3.0)),
    ("_rank_", (1.0, 2.0, 3.0, 5.0, 10.0)),
    ("_gap_", (0.0, 0.02, 0.05, 0.1, 0.2, 0.4)),
    ("_lead_", (-0.4, -0.2, -0.1, -0.05, 0.0, 0.05, 0.1, 0.2, 0.4)),
    ("price_ratio", (0.0, 0.02, 0.1, 0.2, 0.4, 0.8, 1.6, 3.0)),
    ("rarest_", _UNIT),
    ("model_shared", _UNIT),
    ("model_prefix", _UNIT),
    ("alone_", (0.0, 0.5, 1.0, 2.0, 3.0, 5.0, 8.0)),
    ("numbers_shared", _COUNT),
    ("model_within", _COUNT),
    ("_within", (0.0, 1.0, 2.0)),
    ("model_held", (0.0, 1.0, 2.0)),
    ("_same", (0.0, 0.5, 1.0)),
    ("first_word", (0.0, 1.0)),
    ("", _UNIT),
)


def knots(feature: str) -> tuple[float, ...]:
    """Where the curve of a feature may bend."""
    return next(places for part, places in _KNOTS if part in feature)


@dataclass(frozen=True)
class Additive:
    """Weights in nats: the first stands beforehand; each feature has one a step between knots, one for
    being unknown."""

    weights: Values

    def predict(self, features: Floats) -> Values:
        """The probability that each pair is one product, shape (pairs,)."""
        return np.asarray(1.0 / (1.0 + np.exp(-self.score(features))))

    def score(self, features: Floats) -> Values:
        """Log odds, shape (pairs,)."""
        slices = [features[at : at + _SLICE] for at in range(0, len(features), _SLICE)]
        told = [_basis(part) @ self.weights for part in slices]
        return np.asarray(np.clip(np.concatenate([np.zeros(0), *told]), -30.0, 30.0))

    def parts(self, features: Floats) -> Values:
        """What stands beforehand and what each feature says, in bits, shape (pairs, 1 + features)."""
        said = _basis(features) * self.weights / np.log(2.0)
        return np.add.reduceat(said, [0, *_STARTS[:-1].tolist()], axis=1)


def fit(features: Floats, labels: Values, weights: Values | None = None, prior: Additive | None = None,
        ridge: float = RIDGE, begin: Additive | None = None) -> Additive:  # fmt: skip
    """The model of pairs with labels between 0 and 1; `weights` say how much each pair counts.

    Weights are drawn to those of `prior`, 0 without one. To `begin` near the end saves rounds.
    """
    counts = np.ones(len(labels)) if weights is None else weights
    start = np.zeros(WIDTH) if prior is None else prior.weights
    now = (begin.weights if begin else start).copy()
    if prior is None and begin is None:
        share = float(np.average(labels, weights=counts)) if counts.any() else 0.5
        now[0] = np.log((share + 1e-6) / (1.0 - share + 1e-6))
    firm = np.full(WIDTH, float(ridge))
    if prior is None:
        firm[0] = 1e-6
    else:  # what the prior never saw is learnt as if there were none
        firm[prior.weights == 0.0] = min(ridge, RIDGE)
    loss, slope, bend = _tell(features, labels, counts, now, start, firm)
    for _ in range(_ROUNDS):
        step, length = np.linalg.solve(bend, slope), 1.0
        while True:
            tried = _tell(features, labels, counts, now + length * step, start, firm)
            if tried[0] <= loss or length < 1e-4:
                break
            length /= 2.0
        if tried[0] > loss:
            break
        gained = loss - tried[0]
        now, (loss, slope, bend) = now + length * step, tried
        if gained < 1e-5 * max(loss, 1.0):
            break
    return Additive(now)


def _tell(
    features: Floats, labels: Values, counts: Values, now: Values, start: Values, firm: Values
) -> tuple[float, Values, Values]:
    """The penalised loss, the slope that lessens it, and how it bends."""
    away = now - start
    loss, slope, bend = 0.5 * float((firm * away * away).sum()), -firm * away, np.diag(firm)
    for at in range(0, len(features), _SLICE):
        basis = _basis(features[at : at + _SLICE])
        said, asked = labels[at : at + _SLICE], counts[at : at + _SLICE]
        score = basis @ now
        chance = 1.0 / (1.0 + np.exp(-np.clip(score, -30.0, 30.0)))
        loss += float((asked * (np.logaddexp(0.0, score) - said * score)).sum())
        slope += basis.T @ (asked * (said - chance))
        sure = np.sqrt(asked * np.maximum(chance * (1.0 - chance), 1e-6)).astype(np.float32)
        heavy = basis * sure[:, None]
        bend += heavy.T @ heavy
    return loss, slope, bend


def _basis(features: Floats) -> Floats:
    """How far each feature is through each step between its knots, 0 to 1, and whether it is unknown."""
    made = np.zeros((len(features), WIDTH), np.float32)
    made[:, 0] = 1.0
    _spread(np.ascontiguousarray(features), _STARTS, _LOWS, _WIDTHS, made)
    return made


@kernel
def _spread(features: Floats, starts: Ints, lows: Values, widths: Values, made: Floats) -> None:
    for row in range(len(features)):
        for place in range(len(starts) - 1):
            value, last = features[row, place], starts[place + 1] - 1
            if np.isnan(value):
                made[row, last] = 1.0
                continue
            for step in range(starts[place], last):
                through = (value - lows[step]) / widths[step]
                if through <= 0.0:
                    break
                made[row, step] = min(through, 1.0)


def _steps() -> tuple[Ints, Values, Values]:
    """Where each feature's weights begin, and the last ones end; where each step begins, and its width."""
    starts, lows, widths = [1], [np.zeros(1)], [np.ones(1)]
    for feature in FEATURES:
        places = np.array(knots(feature))
        starts.append(starts[-1] + len(places))
        lows += [places[:-1], np.zeros(1)]
        widths += [np.diff(places), np.ones(1)]
    return np.array(starts), np.concatenate(lows), np.concatenate(widths)


_STARTS, _LOWS, _WIDTHS = _steps()
WIDTH = int(_STARTS[-1])
