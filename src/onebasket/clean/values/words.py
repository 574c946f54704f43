"""The words this folder knows: `words.toml`."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any


@cache
def words(section: str) -> dict[str, Any]:
    """One section of `words.toml`."""
    text = (files("onebasket.clean.values") / "words.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)[section]  # type: ignore[no-any-return]
