"""iALS: weighted matrix factorisation of implicit data by alternating least squares."""

from __future__ import annotations

from typing import Any, ClassVar

import msgspec
import numpy as np

from onebasket.accounting import Progress
from onebasket.kernels import compiled_fast
from onebasket.recommenders.factors import FactorModel
from onebasket.recommenders.interactions import Floats, Ragged


class IALSSettings(msgspec.Struct, frozen=True):
    """`alpha` is the confidence a purchase adds; `solver_steps` those of the inner solver.

    Only the `max_items` most bought items are modelled.
    """

    factors: int = 64
    regularisation: float = 30.0
    alpha: float = 1.0
    iterations: int = 10
    solver_steps: int = 3
    max_items: int = 30_000
    half_life_days: float = 0.0


class IALS(FactorModel):
    """Implicit alternating least squares.

    Minimises Σ_ui c_ui (p_ui − ⟨x_u, y_i⟩)² + λ (|X|² + |Y|²) over all pairs, with p = 1 and
    c = 1 + α ln(1 + purchases) where bought, else p = 0 and c = 1. Hu, Koren, Volinsky,
    "Collaborative filtering for implicit feedback datasets", ICDM 2008. Each half step improves
    every row on (YᵀY + Σ (c − 1) y yᵀ + λI) x = Σ c y by a few conjugate gradients from where
    it stands: Takács, Pilászy, Tikk, "Applications of the conjugate gradient method for
    implicit feedback collaborative filtering", RecSys 2011.
    """

    name: ClassVar[str] = "ials"

    def __init__(self, settings: IALSSettings | None = None) -> None:
        self.settings = settings or IALSSettings()

    def _fit_factors(self, history: Ragged, seed: int, progress: Progress) -> None:
        settings = self.settings
        size = min(len(self.item_ids), settings.max_items)
        history = history.mapped(np.float32(settings.alpha) * np.log1p(history.values))
        buyers = history.turned(size)
        random = np.random.default_rng(seed)
        self._items = random.normal(0, 0.1, (size, settings.factors)).astype(np.float32)
        self._users = np.zeros((history.rows, settings.factors), np.float32)
        for step in range(settings.iterations):
            self._half_step(self._users, self._items, history)
            self._half_step(self._items, self._users, buyers)
            progress(self.name, step + 1, settings.iterations)
        self._half_step(self._users, self._items, history)

    def _half_step(self, solved: Floats, fixed: Floats, rows: Ragged) -> None:
        gram = fixed.T @ fixed
        gram[np.diag_indices(len(gram))] += np.float32(self.settings.regularisation)
        solve_rows(rows.starts, rows.items, rows.values, fixed, gram, self.settings.solver_steps, solved)


@compiled_fast
def solve_rows(starts: Any, items: Any, extra: Any, fixed: Any, gram: Any, steps: Any, solved: Any) -> None:
    """Conjugate gradients on each row's normal equations, from where the row stands."""
    size = gram.shape[0]
    rest, way, image = np.empty(size, np.float32), np.empty(size, np.float32), np.empty(size, np.float32)
    for row in range(solved.shape[0]):
        x = solved[row]
        for a in range(size):
            rest[a] = 0
        for a in range(size):
            for b in range(size):
                rest[b] -= x[a] * gram[a, b]
        for place in range(starts[row], starts[row + 1]):
            y, more = fixed[items[place]], extra[place]
            product = np.float32(0)
            for a in range(size):
                product += y[a] * x[a]
            share = 1 + more - more * product
            for a in range(size):
                rest[a] += share * y[a]
        length = np.float32(0)
        for a in range(size):
            way[a] = rest[a]
            length += rest[a] * rest[a]
        for _ in range(steps):
            if length < 1e-12:
                break
            for a in range(size):
                image[a] = 0
            for a in range(size):
                for b in range(size):
                    image[b] += way[a] * gram[a, b]
            for place in range(starts[row], starts[row + 1]):
                y, more = fixed[items[place]], extra[place]
                product = np.float32(0)
                for a in range(size):
                    product += y[a] * way[a]
                share = more * product
                for a in range(size):
                    image[a] += share * y[a]
            curvature = np.float32(0)
            for a in range(size):
                curvature += way[a] * image[a]
            stride = length / curvature
            longer = np.float32(0)
            for a in range(size):
                x[a] += stride * way[a]
                rest[a] -= stride * image[a]
                longer += rest[a] * rest[a]
            for a in range(size):
                way[a] = rest[a] + longer / length * way[a]
            length = longer
