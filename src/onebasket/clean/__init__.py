"""Texts become typed values that can be trusted; rows that cannot be used go to quarantine."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from onebasket.clean.quarantine import by_reason, export, take_corrections
    from onebasket.clean.stage import clean

__all__ = ["by_reason", "clean", "export", "take_corrections"]


def __getattr__(name: str) -> Any:
    """The stage is imported when first used: a run that has nothing to clean need not know how."""
    if name not in __all__:
        raise AttributeError(f"module 'onebasket.clean' has no attribute {name!r}")
    return getattr(import_module(f"onebasket.clean.{'stage' if name == 'clean' else 'quarantine'}"), name)
