"""How a source writes dates and numbers, told from what it wrote: day or month first, point or comma."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

_DATE = re.compile(r"\s*(\d{1,2})[/.-](\d{1,2})[/.-]\d{2,4}\b(.*)", re.DOTALL)
_COMMA = re.compile(r"^[^.]*\d,\d{1,2}\D*$|\d\.\d{3},\d")  # 12,34 and 1.234,5; not 1,234
_POINT = re.compile(r"^[^,]*\d\.\d{1,2}\D*$|\d,\d{3}\.\d")
_MONTH_FIRST = frozenset({"US", "PH", "FM", "MH", "PW", "PR", "GU", "VI"})


@dataclass
class Evidence:
    """What the texts of a source say so far."""

    dates: Counter[str] = field(default_factory=Counter)
    marks: Counter[str] = field(default_factory=Counter)

    def read_dates(self, texts: Iterable[str]) -> None:
        """Count the texts that can be read in one order only, and those with a clock of twelve hours."""
        for text in texts:
            if found := _DATE.match(text):
                one, two, rest = int(found[1]), int(found[2]), found[3].strip().upper()
                if one > 12 or two > 12:
                    self.dates["day" if one > 12 else "month"] += 1
                elif rest.endswith(("AM", "PM")):
                    self.dates["clock"] += 1

    def read_numbers(self, texts: Iterable[str]) -> None:
        """Count the texts whose decimal mark is beyond doubt."""
        for text in texts:
            if _COMMA.search(text):
                self.marks[","] += 1
            elif _POINT.search(text):
                self.marks["."] += 1

    def month_first(self, country: str) -> bool:
        """Whether dates begin with the month: as most of those say that tell, else as the clock or the
        country (ISO 3166 alpha-2) has it."""
        day, month = self.dates["day"], self.dates["month"]
        if day != month:
            return month > day
        return self.dates["clock"] > 0 or country in _MONTH_FIRST

    @property
    def decimal_mark(self) -> Literal[".", ","]:
        """The mark of most numbers that tell; a point where none does."""
        return "," if self.marks[","] > self.marks["."] else "."
