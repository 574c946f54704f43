"""Apply: what the models are used for, one module an application."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from onebasket.apply import behaviour, recommend

__all__ = ["behaviour", "recommend"]


def __getattr__(name: str) -> Any:
    """An application is imported when first used."""
    if name not in __all__:
        raise AttributeError(f"module 'onebasket.apply' has no attribute {name!r}")
    return import_module(f"onebasket.apply.{name}")
