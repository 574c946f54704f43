"""Currencies: other ways to write them."""

from __future__ import annotations

from onebasket.clean.values.words import words


def spellings(currency: str) -> list[str]:
    """How the currency is written: its code first."""
    return [currency, *words("currencies").get(currency, [])]
