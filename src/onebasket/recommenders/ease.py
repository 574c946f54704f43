"""EASE: the linear item-to-item model with a closed form."""

from __future__ import annotations

from typing import Any, ClassVar

import msgspec
import numpy as np
import numpy.typing as npt

from onebasket.accounting import Progress
from onebasket.errors import MissingExtraError, ModelError
from onebasket.kernels import compiled
from onebasket.recommenders.interactions import Codes, Ragged
from onebasket.recommenders.ranking import Scores
from onebasket.recommenders.recommender import Recommender

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

    def __init__(self, settings: EASESettings | None = None) -> None:
        self.settings = settings or EASESettings()

    def _fit(self, seed: int, progress: Progress) -> None:
        lapack = _lapack()
        size = min(len(self.item_ids), self.settings.max_items)
        gram = np.zeros((size, size), np.float32, order="F")
        history = self._signal(self.history)
        _gram(history.starts, history.items, history.values, gram)
        gram[np.diag_indices(size)] += self.settings.regularisation
        progress(self.name, 1, 3)
        factor, failed = lapack.spotrf(gram, lower=1, overwrite_a=1)
        progress(self.name, 2, 3)
        inverse, failed_too = lapack.spotri(factor, lower=1, overwrite_c=1)
        if failed or failed_too:
            raise ModelError("EASE cannot be fitted.", found="a singular matrix")
        _mirror(inverse)
        self._weights = inverse.T  # symmetric; so seen its rows lie together
        self._weights /= -np.diagonal(inverse).copy()
        self._weights[np.diag_indices(size)] = 0
        progress(self.name, 3, 3)

    def _signal(self, history: Ragged) -> Ragged:
        return history.mapped(np.log1p(history.values))

    def scores(self, users: Codes) -> Scores:
        own = self._signal(self.history.take(users))
        size = len(self._weights)
        rows = np.repeat(np.arange(len(users)), np.diff(own.starts))
        modelled = own.items < size
        bought = np.zeros((len(users), size), np.float32)
        bought[rows[modelled], own.items[modelled]] = own.values[modelled]
        scores = np.empty((len(users), len(self.item_ids)), np.float32)
        np.matmul(bought, self._weights, out=scores[:, :size])
        self._less_known(scores, size)
        scores[rows, own.items] += self.settings.repeat * own.values
        return scores

    def _similarities(self, items: Codes) -> Scores:
        scores = super()._similarities(items)
        modelled = np.flatnonzero(items < len(self._weights))
        scores[modelled] = -np.inf
        scores[modelled, : len(self._weights)] = self._weights[items[modelled]]
        return scores

    def _arrays(self) -> dict[str, npt.NDArray[Any]]:
        return {"weights": self._weights}

    def _restore(self, arrays: dict[str, npt.NDArray[Any]]) -> None:
        self._weights = arrays["weights"]


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
