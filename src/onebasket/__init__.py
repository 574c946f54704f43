"""OneBasket: every channel of a shop in one basket.

from onebasket import run
result = run("demo-shop")
print(result.report)

Any table of people can be matched without a shop:

from onebasket import match_people
print(match_people(table).clusters)

So can any catalogues:

from onebasket import match_products
print(match_products(ours, theirs).links)

What offers say of their attributes, as examples show it:

from onebasket import extract_attributes
print(extract_attributes(offers, examples).table)

What is known of a shop's customers, and what they may want next:

import onebasket
with onebasket.open("demo-shop") as shop:
    print(shop.recommend("c0123456789abcdef").items)
"""

from __future__ import annotations

import sys
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from onebasket.attributes import Attributes, extract_attributes
    from onebasket.errors import OneBasketError
    from onebasket.people import PeopleMatch, match_people
    from onebasket.products import ProductsMatch, match_products
    from onebasket.run import RunResult, run
    from onebasket.serve.published import open

_HOMES = {
    "Attributes": "attributes",
    "OneBasketError": "errors",
    "PeopleMatch": "people",
    "ProductsMatch": "products",
    "RunResult": "run",
    "extract_attributes": "attributes",
    "match_people": "people",
    "match_products": "products",
    "open": "serve.published",
    "run": "run",
}
__all__ = [
    "Attributes", "OneBasketError", "PeopleMatch", "ProductsMatch", "RunResult", "extract_attributes",
    "match_people", "match_products", "open", "run",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    """Import public names when first used, so that `import onebasket` stays light."""
    if name not in _HOMES:
        raise AttributeError(f"module 'onebasket' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"onebasket.{_HOMES[name]}"), name)


class _Package(ModuleType):
    """A module that is called like what is public in it does not take that name once it is imported."""

    def __setattr__(self, name: str, value: Any) -> None:
        if not (name in _HOMES and isinstance(value, ModuleType)):
            super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Package
