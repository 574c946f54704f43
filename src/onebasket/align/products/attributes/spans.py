"""Stretches of a text that a value may be written in: numbers, codes, words, words in Chinese characters."""

from __future__ import annotations

import bisect
import re
from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, get_args

Kind = Literal["number", "digits", "word", "two words", "three words", "four words"]
KINDS: tuple[Kind, ...] = get_args(Kind)
HEAD, BODY = 1000, 4000  # characters of a title and of a description that are read
_SEVERAL: tuple[Kind, ...] = ("two words", "three words", "four words")
_HAN_LETTERS = 6  # the longest stretch of Chinese
_AROUND = 3  # words on either side that tell what a stretch is about

_NUMBER = re.compile(
    r"\d{1,9}[ -]\d{1,3}/\d{1,3}(?!\d)|\d{1,3}/\d{1,3}(?!\d)|"
    r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d{0,12}\.\d{1,9}|\d+"
)
_DIGITS = re.compile(r"(?<!\d)\d{8,14}(?!\d)")
_LATIN = r"[^\W_\u2e80-\u9fff]"
_WORD = re.compile(rf"{_LATIN}+(?:['’./&+#°-]{_LATIN}+)*(?:['\"](?!\w))?|[\u2e80-\u9fff]+")
_BREAK = re.compile(r"[\n;:()|]|, ")
_UNIT = re.compile(r"\s?-?\s?(\"|''|”|'|[A-Za-z]+|[#%]|[\u2e80-\u9fff]{1,2})?")
_TOKEN = re.compile(rf"{_LATIN}+(?:['./&+#-]{_LATIN}+)*|[\u2e80-\u9fff]|[\"'%#:;,.()/×$-]")
_DIGIT = re.compile(r"\d+")
ANY = "*"  # whatever unit, or none


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of the text: where it is and what it may be. `unit` is what stands behind a number."""

    start: int
    end: int
    kind: Kind
    raw: str
    unit: str = ""


class Text:
    """What an offer says: its title, its description, and the stretches of both.

    What is found in it once is kept, as it is asked for of many attributes.
    """

    def __init__(self, title: str, description: str = "") -> None:
        self.title = title[:HEAD]
        self.whole = f"{self.title} \n {description[:BODY]}"
        self._around: dict[int, tuple[tuple[int, str], ...]] = {}
        self._turned: dict[Hashable, list[tuple[int, str]]] = {}

    @cached_property
    def spans(self) -> list[Span]:
        """Every stretch that a value may be written in, in the order of the text."""
        return sorted((*_numbers(self.whole), *_words(self.whole)), key=lambda span: span.start)

    @cached_property
    def tokens(self) -> list[str]:
        """Words and signs, in lower case."""
        return [token for _, token in self._placed]

    @cached_property
    def folded(self) -> str:
        """All of it in lower case."""
        return self.whole.lower()

    def of_kind(self, kind: Kind, unit: str) -> list[int]:
        """Which stretches are of a kind, and have a unit behind them."""
        return self._kinds.get((kind, unit), [])

    def around(self, place: int) -> tuple[tuple[int, str], ...]:
        """The three tokens before a stretch, the nearest first, and the three behind it, each with which of
        the six it is; digits as 0."""
        found = self._around.get(place)
        if found is None:
            span = self.spans[place]
            before = bisect.bisect_left(self._starts, span.start)
            behind = bisect.bisect_left(self._starts, span.end)
            places = (*range(before - 1, before - 1 - _AROUND, -1), *range(behind, behind + _AROUND))
            found = self._around[place] = tuple(enumerate(map(self._at, places)))
        return found

    def turned(self, turn: Hashable, work: Callable[[], list[tuple[int, str]]]) -> list[tuple[int, str]]:
        """What `work` makes of the stretches, worked out once for each `turn`."""
        found = self._turned.get(turn)
        if found is None:
            found = self._turned[turn] = work()
        return found

    @cached_property
    def _kinds(self) -> dict[tuple[Kind, str], list[int]]:
        found: dict[tuple[Kind, str], list[int]] = {}
        for place, span in enumerate(self.spans):
            found.setdefault((span.kind, span.unit), []).append(place)
            if span.kind == "number":
                found.setdefault(("number", ANY), []).append(place)
        return found

    @cached_property
    def _placed(self) -> list[tuple[int, str]]:
        return [(each.start(), each[0]) for each in _TOKEN.finditer(self.folded)]

    @cached_property
    def _starts(self) -> list[int]:
        return [start for start, _ in self._placed]

    def _at(self, place: int) -> str:
        return _DIGIT.sub("0", self._placed[place][1]) if 0 <= place < len(self._placed) else ""


def number(raw: str) -> float | None:
    """What a number says: `1,200`, `7.5`, `2 3/4`; None for a fraction of nothing."""
    whole, _, fraction = raw.replace("-", " ").rpartition(" ") if "/" in raw else (raw, "", "")
    value = float(whole.replace(",", "")) if whole else 0.0
    if fraction:
        top, bottom = map(int, fraction.split("/"))
        return value + top / bottom if bottom else None
    return value


def _numbers(text: str) -> Iterator[Span]:
    for each in _NUMBER.finditer(text):
        unit = _UNIT.match(text, each.end())
        said = (unit[1] or "").lower()[:8] if unit else ""
        yield Span(each.start(), each.end(), "number", each[0], said)
    for each in _DIGITS.finditer(text):
        yield Span(each.start(), each.end(), "digits", each[0])


def _words(text: str) -> Iterator[Span]:
    """Words, and several in a row where nothing breaks the row; of Chinese, every few letters in a row."""
    words = list(_WORD.finditer(text))
    for place, word in enumerate(words):
        if word[0] >= "\u2e80":
            yield from _letters(word)
            continue
        yield Span(word.start(), word.end(), "word", word[0])
        for more, kind in zip(range(place + 1, len(words)), _SEVERAL, strict=False):
            if words[more][0] >= "\u2e80" or _BREAK.search(text[words[more - 1].end() : words[more].start()]):
                break
            end = words[more].end()
            yield Span(word.start(), end, kind, text[word.start() : end])


def _letters(word: re.Match[str]) -> Iterator[Span]:
    for start in range(word.start(), word.end()):
        for end in range(start + 1, min(start + _HAN_LETTERS, word.end()) + 1):
            yield Span(start, end, "word", word.string[start:end])
