"""Candidates become patterns: how the two records of a pair agree, field by field, in one number."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from onebasket.align.people import levels
from onebasket.align.people.fields import Kind
from onebasket.align.people.records import Coded, Codes, Records
from onebasket.align.people.strings import before, day_numbers, numbers
from onebasket.align.threads import THREADS, side_by_side
from onebasket.errors import MatchError

Patterns = npt.NDArray[np.int64]
_Add = Callable[[levels.Pair, int, Patterns], None]  # pairs, radix, patterns to add to
_ROOM = 1 << 56  # of a pattern: with the rule of its pair (7 bits) it is one number
_TOGETHER = 8192  # pairs whose records stay in the processor's cache from field to field
LEVELS: dict[Kind, tuple[str, ...]] = {
    "given_name": levels.NAMES,
    "family_name": levels.NAMES,
    "full_name": levels.WHOLE_NAMES,
    "birth_date": levels.DATES,
    "email": levels.EMAILS,
    "phone": levels.NUMBERS,
    "postcode": levels.NUMBERS,
    "number": levels.NUMBERS,
    "account": levels.NUMBERS,
    "device": levels.CATEGORIES,
    "city": levels.WORDS,
    "address": levels.ADDRESSES,
    "free": levels.WORDS,
    "category": levels.CATEGORIES,
}


@dataclass(frozen=True)
class Comparison:
    """One field as it is compared: `levels[l - 1]` is level l in words; level 0 is missing."""

    coded: Coded
    levels: tuple[str, ...]
    radix: int
    add: _Add

    @property
    def size(self) -> int:
        return len(self.levels) + 1

    def of(self, patterns: Patterns) -> Patterns:
        """The level of this field in patterns."""
        return patterns // self.radix % self.size


def comparisons(records: Records) -> list[Comparison]:
    """How each field of the records is compared. Raises MatchError beyond some twenty fields."""
    made: list[Comparison] = []
    radix = 1
    adders = side_by_side(lambda coded: _adder(coded, records), records.fields, records.size)
    for coded, add in zip(records.fields, adders, strict=True):
        names = LEVELS[coded.field.kind]
        made.append(Comparison(coded, names, radix, add))
        radix *= len(names) + 1
        if radix > _ROOM:
            raise MatchError(
                "There are too many fields to compare.",
                found=f"{len(records.fields)}, of which {len(made)} fill a pattern",
                next_step="state the fields that tell people apart, and leave the others out",
            )
    return made


def compare(comparisons: Sequence[Comparison], left: Codes, right: Codes) -> Patterns:
    """The patterns of pairs of records; shape (pairs,). Takes the pairs in halves, side by side."""
    patterns = np.zeros(len(left), np.int64)
    parts = 8 * THREADS if len(left) > _TOGETHER else 1
    edges = np.linspace(0, len(left), parts + 1).astype(np.int64)

    def run(number: int) -> None:
        for start in range(edges[number], edges[number + 1], _TOGETHER):
            part = slice(start, min(start + _TOGETHER, edges[number + 1]))
            for each in comparisons:
                each.add((left[part], right[part]), each.radix, patterns[part])

    side_by_side(run, range(parts), len(left))
    return patterns


def _adder(coded: Coded, records: Records) -> _Add:
    """The kernel of a field's kind with all it needs but the pairs."""
    codes, kind = coded.codes, coded.field.kind
    if kind in ("category", "device"):
        return lambda pair, radix, out: levels.add_categories(pair, codes, radix, out)
    texts = coded.values.texts.arrays
    match kind:
        case "given_name" | "family_name":
            other = _other_half(coded, records)
            spoken = coded.values.meant, coded.values.sounds(names=True).arrays
            return lambda pair, radix, out: levels.add_names(pair, codes, other, texts, spoken, radix, out)
        case "full_name":
            sounds = coded.values.sounds(names=True).arrays
            return lambda pair, radix, out: levels.add_whole_names(pair, codes, texts, sounds, radix, out)
        case "birth_date":
            days = day_numbers(texts[0], texts[1])
            return lambda pair, radix, out: levels.add_dates(pair, codes, texts, days, radix, out)
        case "email":
            users = before(texts[0], texts[1], ord("@"))
            return lambda pair, radix, out: levels.add_emails(pair, codes, texts, users, radix, out)
        case "address":
            sounds, within = coded.values.sounds(names=False).arrays, numbers(texts[0], texts[1])
            return lambda pair, radix, out: levels.add_addresses(
                pair, codes, texts, sounds, within, radix, out
            )
        case "phone" | "postcode" | "number" | "account":
            return lambda pair, radix, out: levels.add_numbers(pair, codes, texts, radix, out)
        case _:
            sounds = coded.values.sounds(names=False).arrays
            return lambda pair, radix, out: levels.add_words(pair, codes, texts, sounds, radix, out)


def _other_half(coded: Coded, records: Records) -> Codes:
    """The codes of the family names for given names, and the other way round; -2 where there are none."""
    wanted = "family_name" if coded.field.kind == "given_name" else "given_name"
    for each in records.fields:
        if each.field.kind == wanted:
            return each.codes
    return np.full(records.size, -2, np.int32)
