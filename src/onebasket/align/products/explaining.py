"""Why a pair is, or is not, one product: what an additive model says of it, theme by theme."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from onebasket.align.products.additive import FEATURES, Additive
from onebasket.align.products.comparing import Floats

# A feature belongs to the first theme that a part of its name is of.
_PARTS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("others", ("_gap_", "_rank_", "_lead_")),  # how others of the two catalogues are alike
    ("price", ("price_",)),
    ("picture", ("image_",)),
    ("brand", ("brand_",)),
    ("model", ("model_",)),
    ("variant", ("facts_", "edition_", "_differs")),
    ("numbers", ("numbers_",)),
    ("abbreviations", ("skeletons_",)),
    ("words", ("",)),
)
THEMES = ("beforehand", *(theme for theme, _ in _PARTS[::-1]))


def theme_of(feature: str) -> str:
    """What a feature tells of."""
    return next(theme for theme, parts in _PARTS if any(part in feature for part in parts))


def by_theme(model: Additive, features: Floats) -> npt.NDArray[np.float64]:
    """Bits for one product, and against it, shape (pairs, themes)."""
    return np.asarray(model.parts(features) @ _GATHER)


_GATHER = np.zeros((1 + len(FEATURES), len(THEMES)))
_GATHER[0, 0] = 1.0
for _place, _feature in enumerate(FEATURES):
    _GATHER[1 + _place, THEMES.index(theme_of(_feature))] = 1.0
