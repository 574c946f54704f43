"""Collect: the channels' own export formats become raw tables."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from onebasket.collect.files import fingerprint, weight
    from onebasket.collect.landing.fetching import fetch
    from onebasket.collect.stage import collect

__all__ = ["collect", "fetch", "fingerprint", "weight"]
_WHERE = {"collect": "stage", "fetch": "landing.fetching"}


def __getattr__(name: str) -> Any:
    """The stage is imported when first used: one file is read without a store, too."""
    if name not in __all__:
        raise AttributeError(f"module 'onebasket.collect' has no attribute {name!r}")
    return getattr(import_module(f"onebasket.collect.{_WHERE.get(name, 'files')}"), name)
