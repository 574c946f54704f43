"""What learns: a constant, a linear model, boosted trees. Each says a number for a row of features."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

import msgspec
import numpy as np
import numpy.typing as npt

from onebasket.errors import MissingExtraError
from onebasket.scoring.calibration import sigmoid

Matrix = npt.NDArray[np.float32]
Doubles = npt.NDArray[np.float64]

_THREADS = 1  # sums of floats may depend on their number
_STEPS = 30
_BINS = 63


class Learner(Protocol):
    """Says a number a row: a probability, or an amount."""

    def says(self, rows: Matrix) -> Doubles:
        """(rows, columns) to (rows,)."""

    def parts(self, rows: Matrix) -> Doubles:
        """What each column adds, and last what is said of all alike, (rows, columns + 1).

        A row sums to the log odds; of amounts to the amount, or where trees say it to its logarithm.
        """


class Constant(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="constant"):
    """The same for every row: what happens on average."""

    value: float

    def says(self, rows: Matrix) -> Doubles:
        return np.full(len(rows), self.value)

    def parts(self, rows: Matrix) -> Doubles:
        """Of no column anything; last the value itself."""
        made = np.zeros((len(rows), rows.shape[1] + 1))
        made[:, -1] = self.value
        return made


class Linear(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="linear"):
    """A logistic model, or for amounts a linear one; a column that is unknown counts as `unknown` says."""

    money: bool
    unknown: tuple[float, ...]
    middle: tuple[float, ...]
    spread: tuple[float, ...]
    weights: tuple[float, ...]  # the last is the intercept

    def says(self, rows: Matrix) -> Doubles:
        odds = _design(rows, self.unknown, self.middle, self.spread) @ np.array(self.weights)
        return np.maximum(odds, 0.0) if self.money else sigmoid(odds)

    def parts(self, rows: Matrix) -> Doubles:
        made: Doubles = _design(rows, self.unknown, self.middle, self.spread) * np.array(self.weights)
        return made


class Trees:
    """Gradient boosted trees (Ke et al. 2017)."""

    def __init__(self, booster: Any, rounds: int) -> None:
        """`booster` is LightGBM's; the first `rounds` of its trees are asked."""
        self.booster, self.rounds = booster, rounds

    def says(self, rows: Matrix) -> Doubles:
        if not len(rows):
            return np.zeros(0)
        made: Doubles = self.booster.predict(rows, num_iteration=self.rounds, num_threads=_THREADS)
        return made

    def parts(self, rows: Matrix) -> Doubles:
        """Shapley values of the trees (Lundberg et al., "From local explanations to global understanding with
        explainable AI for trees", Nature Machine Intelligence 2020): exact."""
        if not len(rows):
            return np.zeros((0, rows.shape[1] + 1))
        asked = {"num_iteration": self.rounds, "num_threads": _THREADS, "pred_contrib": True}
        made: Doubles = self.booster.predict(rows, **asked)
        return made

    def text(self) -> str:
        """The trees as LightGBM writes them."""
        made: str = self.booster.model_to_string(num_iteration=self.rounds)
        return made

    @classmethod
    def of(cls, text: str) -> Trees:
        """Back from `text`. Raises ValueError for what LightGBM does not understand."""
        lightgbm = _lightgbm()
        try:
            booster = lightgbm.Booster(model_str=text)
        except lightgbm.basic.LightGBMError as error:
            raise ValueError(str(error)) from error
        return cls(booster, booster.current_iteration())


class TreeSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How trees are grown."""

    rounds: int = 200
    leaves: int = 15
    least: int = 30  # rows a leaf, at least
    rate: float = 0.05
    columns: float = 0.3  # share of the columns that a tree may use
    rows: float = 0.8  # share of the rows it sees


def constant(goal: Doubles) -> Constant:
    """What happens on average."""
    return Constant(float(goal.mean()))


def linear(rows: Matrix, goal: Doubles, money: bool, penalty: float = 3.0) -> Linear:
    """A logistic model by Newton's method, or a linear one by least squares; ridge on standard columns."""
    some = ~np.isnan(rows)
    count = np.maximum(some.sum(axis=0), 1)
    # What is not known did not happen: for an age that is further back than all that did.
    unknown = np.where(some.all(axis=0), 0.0, np.where(some, rows, -np.inf).max(axis=0, initial=0.0))
    filled = np.where(some, rows, unknown)
    middle = filled.mean(axis=0, dtype=np.float64) if len(count) else np.zeros(0)
    spread = filled.std(axis=0, dtype=np.float64) if len(count) else np.zeros(0)
    spread = np.where(spread > 1e-9, spread, 1.0)
    design = _design(rows, unknown, middle, spread)
    ridge = penalty * np.eye(design.shape[1])
    ridge[-1, -1] = 1e-6
    weights: Doubles = np.zeros(design.shape[1])
    if money:
        weights[:] = np.linalg.solve(design.T @ design + ridge, design.T @ goal)
    else:
        for _ in range(_STEPS):
            said = sigmoid(design @ weights)
            slack = design.T @ (said - goal) + ridge @ weights
            bend = (design * (said * (1 - said) + 1e-9)[:, None]).T @ design + ridge
            step = np.linalg.solve(bend, slack)
            weights -= np.clip(step, -4, 4)
            if np.abs(step).max() < 1e-9:
                break
    return Linear(money, *(tuple(map(float, part)) for part in (unknown, middle, spread, weights)))


def trees(rows: Matrix, goal: Doubles, money: bool, settings: TreeSettings, seed: int) -> Trees:
    """Boosted trees; the same rows, settings and seed give the same trees."""
    lightgbm = _lightgbm()
    told = {
        "objective": "tweedie" if money else "binary",
        "learning_rate": settings.rate,
        "num_leaves": settings.leaves,
        "min_data_in_leaf": min(settings.least, max(1, len(rows) // 10)),
        "feature_fraction": settings.columns,
        "bagging_fraction": settings.rows,
        "bagging_freq": 1,
        "lambda_l2": 5.0,
        "max_bin": _BINS,
        "seed": seed,
        "deterministic": True,
        "force_row_wise": True,
        "num_threads": _THREADS,
        "verbosity": -1,
    }
    data = lightgbm.Dataset(rows, np.maximum(goal, 0.0) if money else goal, free_raw_data=True)
    booster = lightgbm.train(told, data, num_boost_round=settings.rounds)
    return Trees(booster, booster.current_iteration())


def _design(
    rows: Matrix, unknown: Sequence[float] | Doubles, middle: Sequence[float] | Doubles, spread: Any
) -> Doubles:
    filled = np.where(np.isnan(rows), np.asarray(unknown), rows).astype(np.float64)
    standard = np.clip((filled - np.asarray(middle)) / np.asarray(spread), -8, 8)
    return np.column_stack([standard, np.ones(len(rows))])


def _lightgbm() -> Any:
    try:
        import lightgbm
    except ImportError as error:
        raise MissingExtraError("learn", "learn") from error
    return lightgbm
