"""Currencies: how many minor units each has (ISO 4217), and other ways to write them."""

from __future__ import annotations

from onebasket.clean.values.words import words

DEFAULT_EXPONENT = 2


def exponent(currency: str) -> int:
    """Digits after the point: 2 for EUR, 0 for JPY, 3 for KWD."""
    return int(words("exponents").get(currency, DEFAULT_EXPONENT))


def spellings(currency: str) -> list[str]:
    """How the currency is written: its code first."""
    return [currency, *words("currencies").get(currency, [])]
