"""Barcodes (GTIN-8, -12, -13, -14; GS1 General Specifications, section 7.9)."""

from __future__ import annotations

import re

from onebasket.clean.values.texts import tidy

_LENGTHS = (8, 12, 13, 14)


def check_digit(digits: str) -> int:
    """The last digit that belongs after `digits`: weights 3, 1, 3, … from the right."""
    return -(3 * sum(map(int, digits[::-2])) + sum(map(int, digits[-2::-2]))) % 10


def gtin(text: str | None) -> str | None:
    """Fourteen digits, or None: wrong length, wrong check digit, all zeros, or a number that a
    spreadsheet has rounded (`1.23E+12`)."""
    plain = tidy(text)
    if plain is None:
        return None
    digits = re.sub(r"[\s-]", "", plain.lstrip("'").removesuffix(".0"))
    if not (digits.isascii() and digits.isdigit()) or len(digits) not in _LENGTHS or not digits.strip("0"):
        return None
    return digits.zfill(14) if check_digit(digits[:-1]) == int(digits[-1]) else None
