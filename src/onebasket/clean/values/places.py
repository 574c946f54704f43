"""Addresses, tidied for reading and comparing; not verified."""

from __future__ import annotations

import re
from functools import cache, lru_cache

from onebasket.clean.values.texts import recase, settle, tidy
from onebasket.clean.values.words import words
from onebasket.spelling import fold

_SHORT_REGION = re.compile(r"[A-Za-z]{2,3}")
_COMMAS = re.compile(r"\s*,[\s,]*")


def _line(text: str) -> str:
    return recase((_COMMAS.sub(", ", text) if "," in text else text).strip(" ,;"))


def address(text: str | None) -> str | None:
    """One line: single blanks and commas; words all in capitals written in mixed case."""
    plain = tidy(text)
    return settle(_line, plain) or None if plain else None


def region(text: str | None) -> str | None:
    """A state or province; short codes in capitals."""
    plain = address(text)
    return plain.upper() if plain and _SHORT_REGION.fullmatch(plain) else plain


def postcode(text: str | None, country: str | None) -> str | None:
    """Capitals, single blanks. American codes get back the leading zero a spreadsheet took."""
    plain = tidy((text or "").lstrip("'"))
    if plain is None:
        return None
    plain = plain.upper().removesuffix(".0").strip("' ")
    if country == "US" and re.fullmatch(r"\d{3,4}", plain):
        plain = plain.zfill(5)
    return plain or None


@lru_cache(1 << 12)  # a shop's people name few
def country(text: str | None) -> str | None:
    """ISO 3166 alpha-2 for the common names; other texts tidied."""
    plain = address(text)
    if plain is None:
        return None
    if len(plain) == 2 and plain.isascii() and plain.isalpha():
        code = plain.upper()
        return "GB" if code == "UK" else code
    return _codes().get(fold(plain)) or plain


@cache
def _codes() -> dict[str, str]:
    return {fold(name): code for code, names in words("countries").items() for name in names}
