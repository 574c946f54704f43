"""Currencies: how many minor units each has (ISO 4217), and what they are worth in another."""

from __future__ import annotations

from decimal import Decimal

DEFAULT_EXPONENT = 2
_EXPONENTS = {
    **dict.fromkeys(
        [
            "BIF",
            "CLP",
            "DJF",
            "GNF",
            "ISK",
            "JPY",
            "KMF",
            "KRW",
            "PYG",
            "RWF",
            "UGX",
            "UYI",
            "VND",
            "VUV",
            "XAF",
            "XOF",
            "XPF",
        ],
        0,
    ),
    **dict.fromkeys(["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"], 3),
    **dict.fromkeys(["CLF", "UYW"], 4),
}


def exponent(currency: str) -> int:
    """Digits after the point: 2 for EUR, 0 for JPY, 3 for KWD."""
    return _EXPONENTS.get(currency, DEFAULT_EXPONENT)


def minor_rate(currency: str, target: str, rate: float) -> Decimal:
    """Minor units of `target` that one minor unit of `currency` is worth.

    `rate` is what one whole unit of `currency` is worth in whole units of `target`.
    """
    return Decimal(repr(rate)).scaleb(exponent(target) - exponent(currency))
