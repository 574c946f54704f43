"""EASE: the linear item-to-item model with a closed form."""

from __future__ import annotations

from typing import Any, ClassVar

import msgspec
import numpy as np
import numpy.typing as npt

from onebasket.accounting import Progress
from onebasket.errors import MissingExtraError, ModelError
from onebasket.kernels import compiled, compiled_fast
from onebasket.recommenders.interactions import Codes, Floats, Ragged
from onebasket.recommenders.ranking import Scores
from onebasket.recommenders.recommender import Recommender

_DUAL_BELOW = 2  # with less than half as many users as items, the users' side is the cheaper one


class EASESettings(msgspec.Struct, frozen=True):
    """`max_items` bounds the matrix: 4 bytes an entry; fitting takes no second one."""

    regularisation: float = 200.0
    repeat: float = 0.0
    max_items: int = 8_000
    half_life_days: float = 0.0


class EASE(Recommender):
    """Embarrassingly shallow autoencoder over the most bought items.

    With X the users × items matrix of ln(1 + purchases), G = XᵀX + λI and P = G⁻¹:
    B = I − P · diagMat(1 / diag(P)), score = X B + repeat · X. Steck, "Embarrassingly
    shallow autoencoders for sparse data", WWW 2019, arXiv 1905.03375. Only the `max_items`
    most bought items are modelled; the others rank behind them by popularity.
    """

    name: ClassVar[str] = "ease"
    weights: Floats  # (modelled, modelled)

    def __init__(self, settings: EASESettings | None = None) -> None:
        self.settings = settings or EASESettings()

    def _fit(self, seed: int, progress: Progress) -> None:
        size = min(len(self.item_ids), self.settings.max_items)
        history = self._signal(self.history)
        dual = _DUAL_BELOW * history.rows < size
        self.weights = (_inverse_dual if dual else _inverse)(history, size, self.settings.regularisation)
        progress(self.name, 1, 2)
        self.weights /= -np.diagonal(self.weights).copy()
        self.weights[np.diag_indices(size)] = 0
        progress(self.name, 2, 2)

    def _signal(self, history: Ragged) -> Ragged:
        return history.mapped(np.log1p(history.values))

    def scores(self, users: Codes) -> Scores:
        own = self._signal(self.history.take(users))
        scores = np.zeros((len(users), len(self.item_ids)), np.float32)
        _add_rows(own.starts, own.items, own.values, self.weights, scores)
        self._less_known(scores, len(self.weights))
        rows = np.repeat(np.arange(len(users)), np.diff(own.starts))
        scores[rows, own.items] += np.float32(self.settings.repeat) * own.values
        return scores

    def of_weights(self, weights: Floats, item_ids: tuple[str, ...]) -> EASE:
        """With what another one learned."""
        self.weights, self.item_ids = weights, item_ids
        return self

    def of_histories(self, history: Ragged) -> Scores:
        """X B of any histories (rows, items), nan for items that are not modelled."""
        own = self._signal(history)
        scores = np.zeros((own.rows, len(self.item_ids)), np.float32)
        _add_rows(own.starts, own.items, own.values, self.weights, scores)
        scores[:, len(self.weights) :] = np.nan
        return scores

    def modelled(self, items: Codes, often: Floats) -> Floats:
        """The same of one history, items rising, for the items that are modelled alone, (modelled,)."""
        scores: Floats = np.zeros(len(self.weights), np.float32)
        _add_rows(np.array([0, len(items)]), items, np.log1p(often), self.weights, scores[None])
        return scores

    def _similarities(self, items: Codes) -> Scores:
        scores = super()._similarities(items)
        modelled = np.flatnonzero(items < len(self.weights))
        scores[modelled] = -np.inf
        scores[modelled, : len(self.weights)] = self.weights[items[modelled]]
        return scores

    def _arrays(self) -> dict[str, npt.NDArray[Any]]:
        return {"weights": self.weights}

    def _restore(self, arrays: dict[str, npt.NDArray[Any]]) -> None:
        self.weights = arrays["weights"]


def _dense(rows: Ragged, size: int) -> Floats:
    """The first `size` columns as a matrix."""
    matrix = np.zeros((rows.rows, size), np.float32)
    places = np.repeat(np.arange(rows.rows), np.diff(rows.starts))
    modelled = rows.items < size
    matrix[places[modelled], rows.items[modelled]] = rows.values[modelled]
    return matrix


def _inverse(history: Ragged, size: int, regularisation: float) -> Floats:
    """(XᵀX + λI)⁻¹ in the memory of one such matrix."""
    lapack = _lapack()
    gram = np.zeros((size, size), np.float32, order="F")
    _gram(history.starts, history.items, history.values, gram)
    gram[np.diag_indices(size)] += regularisation
    factor, failed = lapack.spotrf(gram, lower=1, overwrite_a=1)
    inverse, failed_too = lapack.spotri(factor, lower=1, overwrite_c=1)
    _refuse_singular(failed or failed_too)
    _mirror(inverse)
    matrix: Floats = inverse.T  # LAPACK's columns are our rows, and it is symmetric
    return matrix


def _inverse_dual(history: Ragged, size: int, regularisation: float) -> Floats:
    """The same from the small side: (I − Xᵀ (XXᵀ + λI)⁻¹ X) / λ, for few users and many items."""
    bought = _dense(history, size)
    gram = bought @ bought.T
    gram[np.diag_indices(len(gram))] += regularisation
    _, solved, failed = _lapack().sposv(gram, bought)
    _refuse_singular(failed)
    inverse: Floats = solved.T @ bought
    inverse *= np.float32(-1 / regularisation)
    inverse[np.diag_indices(size)] += np.float32(1 / regularisation)
    return inverse


def _refuse_singular(failed: int) -> None:
    if failed:
        raise ModelError(
            "EASE cannot be fitted.", found="a singular matrix", next_step="leave ease out of learn.models"
        )


@compiled
def _gram(starts: Any, items: Any, values: Any, gram: Any) -> None:
    """Add the lower triangle of XᵀX; items of a row rise, those beyond the matrix are left out."""
    for row in range(len(starts) - 1):
        for place in range(starts[row], starts[row + 1]):
            if items[place] >= gram.shape[0]:
                break
            for other in range(place, starts[row + 1]):
                if items[other] >= gram.shape[0]:
                    break
                gram[items[other], items[place]] += values[place] * values[other]


@compiled_fast
def _add_rows(starts: Any, items: Any, values: Any, weights: Any, scores: Any) -> None:
    """Add X B: customers own few of the items, so rows of B are added up instead of multiplied."""
    size = len(weights)
    for row in range(scores.shape[0]):
        for place in range(starts[row], starts[row + 1]):
            item, value = items[place], values[place]
            if item >= size:
                break
            for other in range(size):
                scores[row, other] += value * weights[item, other]


@compiled
def _mirror(matrix: Any) -> None:
    """Copy the lower triangle to the upper, tile by tile."""
    size, tile = matrix.shape[0], 64
    for top in range(0, size, tile):
        for left in range(0, top + 1, tile):
            for row in range(top, min(top + tile, size)):
                for column in range(left, min(left + tile, row)):
                    matrix[column, row] = matrix[row, column]


def _lapack() -> Any:
    try:
        import scipy.linalg.lapack
    except ImportError as error:
        raise MissingExtraError("learn", "learn") from error
    return scipy.linalg.lapack
