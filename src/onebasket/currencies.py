"""Currencies: how many minor units each has (ISO 4217), and what they are worth in another."""

from __future__ import annotations

from decimal import Decimal

DEFAULT_EXPONENT = 2
_EXPONENTS = {
    "BIF": 0, "CLP": 0, "DJF": 0, "GNF": 0, "ISK": 0, "JPY": 0, "KMF": 0, "KRW": 0, "PYG": 0, "RWF": 0,
    "UGX": 0, "UYI": 0, "VND": 0, "VUV": 0, "XAF": 0, "XOF": 0, "XPF": 0,
    "BHD": 3, "IQD": 3, "JOD": 3, "KWD": 3, "LYD": 3, "OMR": 3, "TND": 3,
    "CLF": 4, "UYW": 4,
}  # fmt: skip


def exponent(currency: str) -> int:
    """Digits after the point: 2 for EUR, 0 for JPY, 3 for KWD."""
    return _EXPONENTS.get(currency, DEFAULT_EXPONENT)


def minor_rate(currency: str, target: str, rate: float) -> Decimal:
    """Minor units of `target` that one minor unit of `currency` is worth.

    `rate` is what one whole unit of `currency` is worth in whole units of `target`.
    """
    return Decimal(repr(rate)).scaleb(exponent(target) - exponent(currency))
