"""Which of our columns each column of a file is: proposals with probabilities and what speaks for them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from onebasket.collect.columns import network
from onebasket.collect.columns.judging import Answer, Slot, asked, calibration, judge
from onebasket.collect.columns.names import key, pieces
from onebasket.collect.columns.profile import NAMES, common_words, profile
from onebasket.collect.columns.sample import Sample, mended, take
from onebasket.collect.columns.vocabulary import TABLES, meanings, served
from onebasket.collect.conventions import Evidence
from onebasket.store.duckdb_fields import name_key

CONFIDENT = 0.9  # from which probability on a proposal is written into a map
_LIKELY = 0.5  # how likely a table must be, beside the likeliest
_FEWEST_SHARED = 5  # different values that must be known before they are taken for evidence
_BELIEVED = 0.97  # how far a map that ran is believed about a column of the same name
_TELLING = 0.3  # share of values that are known, from which on it is
_FIRST_PATTERN = NAMES.index("e-mail addresses")
# Patterns that fit much of which another says more.
_VAGUE = frozenset({
    "whole numbers", "decimal numbers", "money with a sign", "long numbers", "hexadecimal ids", "Chinese",
    "capitalised words",
})  # fmt: skip
_MOSTLY, _ALIKE = 0.5, 0.3  # from which share on a pattern, from which likeness on a name is told
Remembered = Mapping[str, Sequence[str]]  # keys of names → columns of ours, as maps that ran had them
Known = Mapping[str, AbstractSet[str]]  # columns of ours → values that the shop has of them


@dataclass(frozen=True)
class Clue:
    """One thing that speaks for an answer, or is to be known of a file.

    Evidence: `name` (what is said is the known name that is nearest, `share` how near), `pattern` (of so many
    values), `empty`, `name alone` and `values alone` (how likely by these alone), `shared` (that share of the
    values is in our column), `before` (what a map that ran says).
    Notes: `no names`, `names below` (the line), `wrong encoding`, `same name` (the names).
    """

    kind: str
    said: str = ""
    share: float = 0.0


@dataclass(frozen=True)
class Proposed:
    """What one column is. `ours` are columns such as `orders.total`, none: it has no place with us.

    `others` are what it may be, likeliest first, with probabilities that add up to at most 1. `reference`
    says whether its values look like keys of the file's rows (`key`) or of rows elsewhere (`foreign`).
    """

    name: str
    place: int
    ours: tuple[str, ...]
    meaning: str
    probability: float
    others: tuple[tuple[str, float], ...]
    evidence: tuple[Clue, ...]
    part: str = ""
    reference: Literal["", "key", "foreign"] = ""
    usable: bool = True  # false: the name stands above another column, too, or above none


@dataclass(frozen=True)
class Proposal:
    """What a file is: its columns, the tables of ours that it fills, and how its texts are to be read."""

    sample: Sample
    tables: tuple[tuple[str, float], ...]
    columns: tuple[Proposed, ...]
    month_first: bool | None
    decimal: Literal[".", ","] | None
    currency: str | None
    notes: tuple[Clue, ...] = ()


@dataclass(frozen=True)
class Experience:
    """What a shop knows beforehand: maps that ran, and values of its own tables."""

    remembered: Remembered = field(default_factory=dict)
    known: Known = field(default_factory=dict)


def propose(path: Path, experience: Experience = Experience()) -> Proposal:
    """Proposals for a file of unknown layout. Raises SourceError for what cannot be read."""
    return proposal(take(path), experience)


def proposal(sample: Sample, experience: Experience = Experience()) -> Proposal:
    """Proposals for a sample."""
    nameless = sample.header_line == 0
    names = ["" if nameless else mended(name) for name in sample.header]
    asking = _Asking(names, sample, experience)
    answers, tables = asking.answers()
    keys = [name_key(name) for name in sample.header]
    columns = tuple(
        _proposed(
            sample, at, answer, asking, usable=not nameless and keys.index(keys[at]) == at and bool(keys[at])
        )
        for at, answer in enumerate(answers)
    )
    most = float(tables.max())
    filled = tuple(
        (TABLES[at], float(tables[at])) for at in np.argsort(-tables) if tables[at] >= _LIKELY * most
    )
    evidence = _conventions(sample, columns)
    return Proposal(
        sample, filled, columns, _month_first(evidence), _decimal(evidence), _currency(sample, columns),
        tuple(_notes(sample, names)),
    )  # fmt: skip


class _Asking:
    """One file before the network, and what its answers rest on."""

    def __init__(self, names: Sequence[str], sample: Sample, experience: Experience) -> None:
        self.names = names
        self.pieces = [pieces(name) for name in names]
        self.words = [common_words(values) for values in sample.columns]
        self.profiles = np.stack([profile(values) for values in sample.columns])
        self.shared = [_shared(values, experience.known) for values in sample.columns]
        self.before = [tuple(experience.remembered.get(key(name), ())) for name in names]
        self.how = calibration()
        none = np.empty(0, np.int64)
        nothing = np.zeros_like(self.profiles)
        self._by_name = self._ask(self.pieces, [none] * len(names), nothing)[0]
        self._by_values = self._ask([none] * len(names), self.words, self.profiles)[0]

    def _ask(
        self, names: Sequence[NDArray[np.int64]], words: Sequence[NDArray[np.int64]], profiles: network.Floats
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        return asked(network.load(), names, words, profiles, self.how.temperature)

    def answers(self) -> tuple[list[Answer], NDArray[np.float64]]:
        """One answer a column, and how likely each table is."""
        likely, tables = self._ask(self.pieces, self.words, self.profiles)
        for at, (shared, before) in enumerate(zip(self.shared, self.before, strict=True)):
            if shared:
                likely[at] *= np.where(_serving(shared[0]), np.exp(4 * shared[1]), 1.0)
                likely[at] /= likely[at].sum()
            if before:
                meant = np.where(_serving(*before), likely[at], 0.0)
                likely[at] = _BELIEVED * meant / meant.sum() + (1 - _BELIEVED) * likely[at]
                stated = [any(each.startswith(f"{table}.") for each in before) for table in TABLES]
                tables = np.maximum(tables, stated)
        return judge(likely, tables, self.how), tables

    def evidence(self, at: int, slot: Slot) -> list[Clue]:
        """What speaks for an answer."""
        found = []
        mine = _serving(*slot.serves) if slot.serves else ~_serving()
        near = _nearest(self.pieces[at], mine)
        if near and near[1] >= _ALIKE:
            found.append(Clue("name", *near))
        numbers = dict(zip(NAMES, self.profiles[at].tolist(), strict=True))
        if numbers["empty"] == 1:
            found.append(Clue("empty"))
        pattern = max(NAMES[_FIRST_PATTERN:], key=lambda name: (numbers[name], name not in _VAGUE))
        if numbers[pattern] >= _MOSTLY:
            found.append(Clue("pattern", pattern, numbers[pattern]))
        found.append(Clue("name alone", "", float(self._by_name[at][mine].sum())))
        if numbers["seen"] and numbers["empty"] < 1:
            found.append(Clue("values alone", "", float(self._by_values[at][mine].sum())))
        if shared := self.shared[at]:
            found.append(Clue("shared", *shared))
        if self.before[at]:
            found.append(Clue("before", ", ".join(self.before[at])))
        return found


@cache
def _serving(*ours: str) -> NDArray[np.bool_]:
    """Which meanings serve any of some columns of ours; without one, those that serve any at all."""
    wanted = set(ours)
    return np.array([bool(wanted & set(served(m)) if wanted else served(m)) for m in meanings()])


@cache
def _called() -> list[tuple[int, str, frozenset[int]]]:
    return [
        (at, name, frozenset(pieces(name).tolist()))
        for at, meaning in enumerate(meanings())
        for names in meaning.names.values()
        for name in names
    ]


def _nearest(name: NDArray[np.int64], among: NDArray[np.bool_]) -> tuple[str, float] | None:
    """The known name of some meanings that shares most pieces with a name."""
    mine = set(name.tolist())
    alike = [
        (len(mine & each) / len(mine | each), called)
        for at, called, each in _called()
        if among[at] and mine & each
    ]
    return (max(alike)[1], max(alike)[0]) if alike else None


def _shared(values: Sequence[str | None], known: Known) -> tuple[str, float] | None:
    """The column of ours whose values a column's are, most of all, and the share of them."""
    mine = {value.strip() for value in values if value and len(value.strip()) > 2}
    found = [
        (len(mine & theirs) / len(mine), ours)
        for ours, theirs in known.items()
        if len(mine & theirs) >= _FEWEST_SHARED and len(mine & theirs) >= _TELLING * len(mine)
    ]
    return (max(found)[1], max(found)[0]) if found else None


def _proposed(sample: Sample, at: int, answer: Answer, asking: _Asking, usable: bool) -> Proposed:
    slot = answer.slot
    numbers = dict(zip(NAMES, asking.profiles[at].tolist(), strict=True))
    identifying = any(
        each.endswith(("_id", "_key", ".sku", ".account", ".gtin", ".email")) for each in slot.serves
    )
    reference: Literal["", "key", "foreign"] = ""
    if identifying and numbers["seen"] and numbers["empty"] < 1:
        alone = numbers["distinct"] == 1 and numbers["empty"] == 0 and sample.rows > 1
        reference = "key" if alone else "foreign"
    others = tuple((each.name or "none", chance) for each, chance in answer.others)
    return Proposed(
        sample.header[at], at, slot.serves, slot.name, answer.probability, others,
        tuple(asking.evidence(at, slot)), slot.part, reference, usable,
    )  # fmt: skip


def _conventions(sample: Sample, columns: Sequence[Proposed]) -> Evidence:
    evidence = Evidence()
    for column in columns:
        values = [value for value in sample.columns[column.place] if value]
        if any(each.endswith(("time", ".day", ".birth_date")) for each in column.ours):
            evidence.read_dates(values)
        else:
            evidence.read_numbers(value for value in values if re.fullmatch(r"\D{0,4}[\d.,]+\D{0,4}", value))
    return evidence


def _month_first(evidence: Evidence) -> bool | None:
    """Whether dates begin with the month; None where nothing tells."""
    return evidence.month_first("") if evidence.dates else None


def _decimal(evidence: Evidence) -> Literal[".", ","] | None:
    return evidence.decimal_mark if evidence.marks else None


_SIGNS = {"$": "USD", "€": "EUR", "£": "GBP", "元": "CNY", "¥": "CNY", "￥": "CNY", "RMB": "CNY"}
_CODES = frozenset(
    "USD|EUR|GBP|CNY|JPY|CHF|CAD|AUD|SEK|NOK|DKK|PLN|HKD|TWD|SGD|INR|BRL|MXN|KRW|CZK".split("|")  # noqa: SIM905
)


def _currency(sample: Sample, columns: Sequence[Proposed]) -> str | None:
    """The one currency of a file without a column for it: by signs in values and words in names."""
    if any(each.endswith(".currency") for column in columns for each in column.ours):
        return None
    found: Counter[str] = Counter()
    for name, values in zip(sample.header, sample.columns, strict=True):
        texts = [
            name,
            *(value for value in values[:50] if value and any(map(str.isdigit, value)) and len(value) < 20),
        ]
        for text in texts:
            found.update(each for each in re.findall(r"\b[A-Z]{3}\b", text) if each in _CODES)
            found.update(code for sign, code in _SIGNS.items() if sign in text)
    return found.most_common(1)[0][0] if found else None


def _notes(sample: Sample, names: Sequence[str]) -> list[Clue]:
    """What is to be known of the file before its columns are used."""
    found = []
    if sample.header_line == 0:
        found.append(Clue("no names"))
    elif sample.header_line > 1:
        found.append(Clue("names below", str(sample.header_line)))
    if sample.header_line and any(mine != theirs for mine, theirs in zip(names, sample.header, strict=True)):
        found.append(Clue("wrong encoding"))
    twice = sorted(
        {name for name, times in Counter(map(name_key, sample.header)).items() if times > 1 and name}
    )
    if twice:
        found.append(Clue("same name", ", ".join(twice)))
    return found
