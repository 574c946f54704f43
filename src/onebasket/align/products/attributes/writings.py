"""How values of an attribute are written from what a text says, learnt from offers whose values are known.

A writing takes a stretch of text, does one thing to it (copies it, drops its marks, takes some of its
digits, turns inches into centimetres), and puts it between a prefix and a suffix: `146.8-GB` becomes
`146.8 Gigabytes`.
"""

from __future__ import annotations

import bisect
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache

from onebasket.align.products.attributes.spans import ANY, KINDS, Kind, Text, number
from onebasket.align.products.quantities import ratios

_TWICE = 2  # what explains one value only may be chance
_MARKS = re.compile(r"[\W_]+")
_PART = re.compile(r"\d+(?:\.\d+)?(?:[-/]\d+(?:\.\d+)?)?")
_FIGURE = re.compile(r"\d+(?:\.\d{1,2})?")
_SHORTEST_CUT = 4


@dataclass(frozen=True, slots=True)
class Turn:
    """One thing done to a stretch of a kind. `first` and `last` are places of a cut or, of a number, how many
    decimals are written; `unit` must stand behind a number that is multiplied by `factor`.
    """

    kind: Kind
    what: str
    unit: str = ""
    factor: float = 1.0
    first: int = 0
    last: int = 0

    def read(self, text: Text) -> list[tuple[int, str]]:
        """What it makes of each stretch of a text, by the place of the stretch."""
        return text.turned(self, lambda: list(self._read(text)))

    def _read(self, text: Text) -> Iterator[tuple[int, str]]:
        unit = self.unit if self.what == "times" else ANY if self.kind == "number" else ""
        for place in text.of_kind(self.kind, unit):
            said = self._of(text.spans[place].raw)
            if said:
                yield place, said

    def _of(self, raw: str) -> str | None:
        match self.what:
            case "copy":
                return raw
            case "upper":
                return raw.upper()
            case "lower":
                return raw.lower()
            case "strip":
                return _MARKS.sub("", raw)
            case "cut":
                return raw[self.first : self.last]
        value = number(raw)
        return None if value is None else f"{value * self.factor:.{self.last}f}"


Writing = tuple[Turn, str, str]  # with a prefix and a suffix


@dataclass(frozen=True)
class Writings:
    """The writings of an attribute, and how many examples each explains."""

    seen: dict[Writing, int]

    @classmethod
    def learn(cls, examples: Iterable[tuple[Text, tuple[str, ...]]]) -> Writings:
        """Those that explain at least two examples: a text and the values it is known to say."""
        seen: Counter[Writing] = Counter()
        for text, values in examples:
            if values:
                seen.update(list(dict.fromkeys(_explained(text, values))))
        return cls({writing: times for writing, times in seen.items() if times >= _TWICE})

    def keep(self, which: Iterable[Writing]) -> Writings:
        """These of them only."""
        return Writings({writing: self.seen[writing] for writing in which})

    def read(self, text: Text) -> dict[str, list[tuple[int, Writing]]]:
        """Each value that may be written in a text, with the stretches and writings that say so."""
        found: dict[str, list[tuple[int, Writing]]] = defaultdict(list)
        for writing in self.seen:
            turn, prefix, suffix = writing
            for place, said in turn.read(text):
                found[prefix + said + suffix].append((place, writing))
        return found


_PLAIN = tuple(
    Turn(kind, what)
    for kind in KINDS
    for what in (("copy",) if kind in ("number", "digits") else ("copy", "upper", "lower", "strip"))
)


def _explained(text: Text, values: tuple[str, ...]) -> Iterator[Writing]:
    """Every writing that makes one of the values from a stretch of the text."""
    wanted: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for value in values:
        wanted[value].append(("", ""))
        for part in _PART.finditer(value):
            if part[0] != value:
                wanted[part[0]].append((value[: part.start()], value[part.end() :]))
    for turn in (*_PLAIN, *_times(text, wanted), *_cuts(text, wanted)):
        for _, said in turn.read(text):
            for prefix, suffix in wanted.get(said, ()):
                if turn.what in ("copy", "strip", "times") or not (prefix or suffix):
                    yield turn, prefix, suffix


def _times(text: Text, wanted: Iterable[str]) -> Iterator[Turn]:
    """The changes of unit that make one of the wanted from a number of the text."""
    figures = {said: float(said) for said in wanted if _FIGURE.fullmatch(said)}
    for place in text.of_kind("number", ANY) if figures else ():
        span = text.spans[place]
        value = number(span.raw)
        if value is None or value == 0.0:
            continue
        for said, figure in figures.items():
            decimals = len(said.partition(".")[2])
            give = 0.6 * 10.0**-decimals
            for factor in _between((figure - give) / value, (figure + give) / value):
                yield Turn("number", "times", span.unit, factor, 0, decimals)


def _cuts(text: Text, wanted: Iterable[str]) -> Iterator[Turn]:
    """The cuts that make one of the wanted from a long number of the text, such as a barcode's maker."""
    for place in text.of_kind("digits", ""):
        for said in wanted:
            if len(said) >= _SHORTEST_CUT and (at := text.spans[place].raw.find(said)) >= 0:
                yield Turn("digits", "cut", "", 1.0, at, at + len(said))


def _between(low: float, high: float) -> tuple[float, ...]:
    """The ratios of units between two."""
    every = _ratios()
    return every[bisect.bisect_left(every, low) : bisect.bisect_right(every, high)]


@cache
def _ratios() -> tuple[float, ...]:
    return ratios()
