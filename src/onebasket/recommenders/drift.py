"""How far the vectors of items moved from one model to the next, once both are turned alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from onebasket.recommenders.interactions import Floats

_TOLD = 10


@dataclass(frozen=True)
class Drift:
    """Cosines between the vectors that items had and the new ones, turned onto them."""

    items: int  # known to both models
    mean: float  # cosine; 1: nothing moved
    most: tuple[tuple[str, float], ...]  # the ten items that moved most, and their cosines, the least first


def turn(new: Floats, old: Floats) -> Floats:
    """The rotation or reflection (D, D) that brings unit vectors (R, D) nearest to their former ones (R, D).

    Two trainings differ by a turn of everything that no score can tell. Taking it back leaves what did move:
    Hamilton et al., "Diachronic word embeddings reveal statistical laws of semantic change", ACL 2016; the
    solution is Schönemann's, Psychometrika 1966.
    """
    from scipy.linalg import orthogonal_procrustes

    made: Floats = orthogonal_procrustes(new.astype(np.float64), old.astype(np.float64))[0]
    return made.astype(np.float32)


def drift(ids: Sequence[str], new: Floats, old: Floats) -> Drift:
    """How far items moved, by their ids and unit vectors (R, D), turned alike."""
    cosines = (new.astype(np.float64) * old).sum(axis=1)
    order = np.argsort(cosines, kind="stable")[:_TOLD]
    most = tuple((ids[place], round(float(cosines[place]), 4)) for place in order)
    return Drift(len(ids), round(float(cosines.mean()), 4) if len(ids) else 1.0, most)
