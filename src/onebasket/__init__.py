"""OneBasket: every channel of a shop in one basket.

from onebasket import run
result = run("demo-shop")
print(result.report)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from onebasket.errors import OneBasketError
    from onebasket.run import RunResult, run

_HOMES = {"OneBasketError": "errors", "RunResult": "run", "run": "run"}
__all__ = ["OneBasketError", "RunResult", "run"]


def __getattr__(name: str) -> Any:
    """Import public names when first used, so that `import onebasket` stays light."""
    if name not in _HOMES:
        raise AttributeError(f"module 'onebasket' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"onebasket.{_HOMES[name]}"), name)
