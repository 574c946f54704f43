"""Explain: why a product is recommended, why a customer has a score; in words a shop manager understands.

Reasons are found as data (`recommended`, `expected`), in no language, and put into words by `Wording`.
"""

from __future__ import annotations

from onebasket.explain.products import Because, recommended
from onebasket.explain.scores import Expectation, Influence, expected
from onebasket.explain.wording import Wording

__all__ = ["Because", "Expectation", "Influence", "Wording", "expected", "recommended"]
