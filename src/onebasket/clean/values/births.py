"""Dates of birth."""

from __future__ import annotations

import re
from datetime import date, datetime

from onebasket.clean.values.texts import tidy

OLDEST_YEARS = 120
_PLACEHOLDERS = frozenset({date(1900, 1, 1), date(1970, 1, 1), date(2000, 1, 1)})  # defaults of many forms
_YEAR_FIRST = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[ T].*)?")
_YEAR_LAST = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})")
_SOLID = re.compile(r"(\d{4})(\d{2})(\d{2})")
_WORDS = ("%d %b %Y", "%d %B %Y", "%b %d %Y", "%B %d %Y", "%d-%b-%Y")
_MONTH_FIRST = frozenset({"US", "PH", "PR", "GU"})


def birth_date(text: str | None, country: str, today: date) -> date | None:
    """The date of birth; None where it cannot be read or nobody can have it.

    `3/7/1985` is the seventh of March where the month is written first (`country`, ISO 3166
    alpha-2), else the third of July. Refused: later than `today`, more than 120 years ago, and
    the dates that forms fill in by themselves (1 January 1900, 1970, 2000).
    """
    plain = tidy(text)
    found = _read(plain, country) if plain else None
    if found is None or found in _PLACEHOLDERS or not (today.year - OLDEST_YEARS <= found.year):
        return None
    return found if found <= today else None


def _read(text: str, country: str) -> date | None:
    if parts := _YEAR_FIRST.fullmatch(text) or _SOLID.fullmatch(text):
        return _date(int(parts[1]), int(parts[2]), int(parts[3]))
    if parts := _YEAR_LAST.fullmatch(text):
        first, second, year = int(parts[1]), int(parts[2]), int(parts[3])
        month_first = "." not in text and country in _MONTH_FIRST
        one, other = _date(year, first, second), _date(year, second, first)
        return (one or other) if month_first else (other or one)
    for form in _WORDS:
        try:
            return datetime.strptime(text.replace(",", ""), form).date()
        except ValueError:
            continue
    return None


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
