"""How a source writes dates and numbers, told from what it wrote: day or month first, point or comma.

Its files may differ: of a German seller one report has 544,05 and another 12.34.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

_DATE = re.compile(r"\s*(\d{1,2})[/.-](\d{1,2})[/.-]\d{2,4}\b(.*)", re.DOTALL)
_COMMA = re.compile(r"^[^.]*\d,\d{1,2}\D*$|\d\.\d{3},\d")  # 12,34 and 1.234,5; not 1,234
_POINT = re.compile(r"^[^,]*\d\.\d{1,2}\D*$|\d,\d{3}\.\d")
_GROUPED = re.compile(r"\d[.,]\d{3}\b")  # 1,234 and 1.234 are numbers either way
_MONTH_FIRST = frozenset({"US", "PH", "FM", "MH", "PW", "PR", "GU", "VI"})
_SURE = 10  # one text in so many that could tell must tell, before a file is read unlike the others


@dataclass
class Evidence:
    """What the texts of a source, or of one file of it, say so far."""

    dates: Counter[str] = field(default_factory=Counter)
    marks: Counter[str] = field(default_factory=Counter)
    open: Counter[str] = field(default_factory=Counter)  # texts that can be read either way

    def read_dates(self, texts: Iterable[str]) -> None:
        """Count the texts that can be read in one order only, and those with a clock of twelve hours."""
        for text in texts:
            if found := _DATE.match(text):
                one, two, rest = int(found[1]), int(found[2]), found[3].strip().upper()
                if one > 12 or two > 12:
                    self.dates["day" if one > 12 else "month"] += 1
                    continue
                self.open["dates"] += 1
                if rest.endswith(("AM", "PM")):
                    self.dates["clock"] += 1

    def read_numbers(self, texts: Iterable[str]) -> None:
        """Count the texts whose decimal mark is beyond doubt."""
        for text in texts:
            if _COMMA.search(text):
                self.marks[","] += 1
            elif _POINT.search(text):
                self.marks["."] += 1
            elif _GROUPED.search(text):
                self.open["marks"] += 1

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

    def sure_month_first(self) -> bool | None:
        """Whether dates begin with the month, where enough of them tell; else None."""
        return self._sure(self.dates["month"], self.dates["day"], self.open["dates"])

    def sure_decimal_mark(self) -> Literal[".", ","] | None:
        """The decimal mark, where enough numbers tell; else None."""
        comma = self._sure(self.marks[","], self.marks["."], self.open["marks"])
        return None if comma is None else "," if comma else "."

    @staticmethod
    def _sure(one: int, other: int, either: int) -> bool | None:
        enough = max(one, other) * _SURE >= one + other + either
        return one > other if one != other and enough else None


def total(said: Iterable[Evidence]) -> Evidence:
    """What several say together."""
    whole = Evidence()
    for each in said:
        whole.dates += each.dates
        whole.marks += each.marks
        whole.open += each.open
    return whole


def month_first(said: Mapping[str, Evidence], country: str) -> dict[str, bool]:
    """Of each file whether its dates begin with the month: as enough of them tell, else as the files with the
    same clock, of twelve hours or of 24, say together."""
    clocks = {file: each.dates["clock"] > 0 for file, each in said.items()}
    together = {
        clock: total(said[file] for file in said if clocks[file] == clock).month_first(country)
        for clock in set(clocks.values())
    }
    sure = {file: each.sure_month_first() for file, each in said.items()}
    return {file: together[clocks[file]] if told is None else told for file, told in sure.items()}


def decimal_marks(said: Mapping[str, Evidence]) -> dict[str, Literal[".", ","]]:
    """Of each file its decimal mark: as enough of its numbers tell, else as those of all files together."""
    together = total(said.values()).decimal_mark
    return {file: each.sure_decimal_mark() or together for file, each in said.items()}
