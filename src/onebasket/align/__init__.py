"""Align: which records are one customer, which listings one product."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from onebasket.align.stage import align

__all__ = ["align"]


def __getattr__(name: str) -> Any:
    """The stage is imported when first used: people are matched without a store, too."""
    if name != "align":
        raise AttributeError(f"module 'onebasket.align' has no attribute {name!r}")
    from onebasket.align.stage import align

    return align
