"""Biased matrix factorisation, trained in mini-batches with SGD or Adam."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

import msgspec
import numpy as np
import numpy.typing as npt

from onebasket.accounting import Progress
from onebasket.kernels import compiled_fast
from onebasket.recommenders.factors import FactorModel
from onebasket.recommenders.interactions import Codes, Floats, Ragged
from onebasket.recommenders.ranking import Scores

_LEAST_STEPS = 32  # batches an epoch, however little data there is
_INITIAL_SPREAD = 0.1


class MFSettings(msgspec.Struct, frozen=True):
    """`negatives` zeros are drawn for each pair bought; `batch` counts samples, zeros included.

    Only the `max_items` most bought items are modelled. SGD wants small batches (2,000):
    its step is the sum of the batch's gradients.
    """

    factors: int = 64
    regularisation: float = 0.001
    learning_rate: float = 0.01
    optimiser: Literal["sgd", "adam"] = "adam"
    epochs: int = 8
    negatives: int = 4
    batch: int = 65_536
    half_life_days: float = 0.0
    max_items: int = 30_000


class MatrixFactorisation(FactorModel):
    """r̂_ui = μ + b_u + b_i + ⟨u, v⟩. Koren, Bell, Volinsky, "Matrix factorization techniques for
    recommender systems", IEEE Computer 42(8), 2009; biases as there.

    r_ui is ln(1 + purchases) where u bought i. Purchases say nothing of what is not wanted,
    so each epoch draws, for each pair bought, `negatives` items uniformly with r = 0 (a
    drawn item may be one that was bought: rare, and the same for all). μ is the mean of r
    over that mixture. Over a batch the loss is Σ ½ (r̂ − r)² + ½ λ (|u|² + b_u² + |v|² + b_i²).
    All gradients of a batch are taken at the same parameters and summed; then each row that
    occurs is moved once: by −η g (SGD), or by Adam (Kingma and Ba, ICLR 2015, arXiv 1412.6980;
    β = .9, .999, ε = 1e-8) with moments that rest while their row does not occur.
    Factors start normal with deviation 0.1, biases at 0. One thread, seeded.
    """

    name: ClassVar[str] = "mf"

    def __init__(self, settings: MFSettings | None = None) -> None:
        self.settings = settings or MFSettings()

    def _fit_factors(self, history: Ragged, seed: int, progress: Progress) -> None:
        settings, random = self.settings, np.random.default_rng(seed)
        self._users = _initial(random, history.rows, settings.factors)
        self._items = _initial(random, min(len(self.item_ids), settings.max_items), settings.factors)
        steps = (_Optimiser(settings, self._users), _Optimiser(settings, self._items))
        users = np.repeat(np.arange(history.rows, dtype=np.int32), np.diff(history.starts))
        rated = np.log1p(history.values)
        mean = np.float32(rated.mean() / (1 + settings.negatives))
        pairs = len(users)
        batch = max(1, min(settings.batch // (1 + settings.negatives), -(-pairs // _LEAST_STEPS)))
        penalty = np.float32(settings.regularisation)
        for epoch in range(settings.epochs):
            order = random.permutation(pairs)
            for start in range(0, pairs, batch):
                bought = order[start : start + batch]
                drawn = random.integers(0, len(self._items), len(bought) * settings.negatives, dtype=np.int32)
                whose = np.concatenate([users[bought], np.repeat(users[bought], settings.negatives)])
                which = np.concatenate([history.items[bought], drawn])
                targets = np.concatenate([rated[bought], np.zeros(len(drawn), np.float32)])
                gradients(
                    self._users, self._items, (whose, which, targets), mean, penalty,
                    steps[0].gradient, steps[1].gradient,
                )  # fmt: skip
                steps[0].move(whose)
                steps[1].move(which)
            progress(self.name, epoch + 1, settings.epochs)

    def _products(self, users: Codes, out: Floats) -> Scores:
        """r̂ without μ and b_u, which are the same for all items of a user."""
        scores = np.matmul(self._users[users, :-1], self._items[:, :-1].T, out=out)
        scores += self._items[:, -1]
        return scores

    def _vectors(self) -> Floats:
        return np.ascontiguousarray(self._items[:, :-1])


class _Optimiser:
    """Moves the rows of one parameter matrix, in place, by their summed gradients."""

    def __init__(self, settings: MFSettings, parameters: Floats) -> None:
        self.parameters, self.gradient = parameters, np.zeros_like(parameters)
        self._rate, self._adam, self._step = (
            np.float32(settings.learning_rate),
            settings.optimiser == "adam",
            0,
        )
        if self._adam:
            self._moments = (np.zeros_like(parameters), np.zeros_like(parameters))

    def move(self, occurring: npt.NDArray[np.int32]) -> None:
        """One step for every row that occurs, however often."""
        rows = np.flatnonzero(np.bincount(occurring))
        self._step += 1
        if self._adam:
            _adam(self.parameters, self.gradient, self._moments, rows, self._rate, self._step)
        else:
            _sgd(self.parameters, self.gradient, rows, self._rate)


def _initial(random: np.random.Generator, rows: int, factors: int) -> Floats:
    """Factors, and in the last column the bias."""
    matrix = random.normal(0, _INITIAL_SPREAD, (rows, factors + 1)).astype(np.float32)
    matrix[:, -1] = 0
    return matrix


@compiled_fast
def gradients(
    users: Any, items: Any, batch: Any, mean: Any, penalty: Any, user_gradient: Any, item_gradient: Any
) -> None:
    """Add a batch's gradients to those of the users' and items' parameters.

    users, items: (rows, factors + 1), the bias in the last column; batch: user codes, item
    codes and r, one a sample; mean is μ, penalty λ.
    """
    whose, which, targets = batch
    bias = users.shape[1] - 1
    for sample in range(len(targets)):
        u, i = whose[sample], which[sample]
        error = mean + users[u, bias] + items[i, bias] - targets[sample]
        for f in range(bias):
            error += users[u, f] * items[i, f]
        for f in range(bias):
            user_gradient[u, f] += error * items[i, f] + penalty * users[u, f]
            item_gradient[i, f] += error * users[u, f] + penalty * items[i, f]
        user_gradient[u, bias] += error + penalty * users[u, bias]
        item_gradient[i, bias] += error + penalty * items[i, bias]


@compiled_fast
def _adam(parameters: Any, gradient: Any, moments: Any, rows: Any, rate: Any, step: Any) -> None:
    first, second = moments
    keep_1, keep_2, one = np.float32(0.9), np.float32(0.999), np.float32(1)
    stride = np.float32(rate * np.sqrt(1 - 0.999**step) / (1 - 0.9**step))
    for row in rows:
        for f in range(parameters.shape[1]):
            slope = gradient[row, f]
            first[row, f] = keep_1 * first[row, f] + (one - keep_1) * slope
            second[row, f] = keep_2 * second[row, f] + (one - keep_2) * slope * slope
            parameters[row, f] -= stride * first[row, f] / (np.sqrt(second[row, f]) + np.float32(1e-8))
            gradient[row, f] = 0


@compiled_fast
def _sgd(parameters: Any, gradient: Any, rows: Any, rate: Any) -> None:
    for row in rows:
        for f in range(parameters.shape[1]):
            parameters[row, f] -= rate * gradient[row, f]
            gradient[row, f] = 0
