"""The shop file: `shop.toml` as frozen, typed settings. An unknown key is an error.

`settings` are its sections, `reading` makes them from a file, `checks` are rules between values.
"""

from __future__ import annotations

from onebasket.shop.checks import MOST_LISTED
from onebasket.shop.reading import FILE_NAME, load
from onebasket.shop.settings import (
    TEXTS,
    Align,
    Api,
    Behaviour,
    Clean,
    Constant,
    Experiment,
    Health,
    Identity,
    Improve,
    Learn,
    Mapped,
    ModelName,
    Placement,
    Preset,
    Recommend,
    Run,
    Serve,
    Shop,
    Source,
)  # fmt: skip

__all__ = [
    "FILE_NAME", "MOST_LISTED", "TEXTS", "Align", "Api", "Behaviour", "Clean", "Constant", "Experiment",
    "Health",
    "Identity", "Improve", "Learn", "Mapped", "ModelName", "Placement", "Preset", "Recommend", "Run", "Serve",
    "Shop", "Source", "load",
]  # fmt: skip
