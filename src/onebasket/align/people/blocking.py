"""Which pairs of records are compared: those that agree on all parts of some rule."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import numpy.typing as npt

from onebasket.align.people.pairing import count_new, grouped, list_new
from onebasket.align.people.records import FORMS, Records, mix
from onebasket.align.threads import side_by_side
from onebasket.errors import MatchError

Keys = npt.NDArray[np.int64]
Halves = tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]
LARGEST_BLOCK = 5000
MOST_PAIRS = 300_000_000  # some 8 GB of memory
_CROWD = 10  # so many records agree on what is nobody's own
RULES = 128  # a reader loses the thread long before
_SAMPLED_RECORDS = 100_000
# What blocks that are too large are split by, one after the other.
_SPLIT_BY = (
    "family_name",
    "birth_date",
    "given_name",
    "full_name",
    "postcode",
    "email",
    "phone",
    "account",
    "device",
)
_SPLITS = 3


@dataclass(frozen=True)
class Part:
    """One column that records of a block agree on, whole or in a form of it."""

    column: str
    form: str = "whole"

    def __str__(self) -> str:
        return self.column if self.form == "whole" else f"{self.column}:{self.form}"


@dataclass(frozen=True)
class Rule:
    """Records that agree on all `parts` become candidates."""

    parts: tuple[Part, ...]

    @classmethod
    def parse(cls, text: str) -> Rule:
        """`surname+dob:year`. Raises MatchError for a form there is not."""
        parts = []
        for said in text.split("+"):
            column, _, form = said.strip().partition(":")
            if form and form not in FORMS:
                raise MatchError(f"There is no form {form!r}.", found=text, expected=", ".join(FORMS))
            parts.append(Part(column, form or "whole"))
        return cls(tuple(parts))

    def __str__(self) -> str:
        return " + ".join(map(str, self.parts))


@dataclass(frozen=True)
class Split:
    """Blocks too large by their keys, in order, told apart further by a column."""

    crowded: Keys
    column: str


@dataclass(frozen=True)
class Blocks:
    """The records that agree on a rule, block by block."""

    rule: Rule
    splits: tuple[Split, ...]
    order: npt.NDArray[np.int32]  # records, block by block
    starts: npt.NDArray[np.int64]  # where each block of two or more begins and ends: shape (blocks, 2)
    pairs: int  # within all blocks
    lost: int  # pairs that agree on the rule and are not compared, as their block is too large


@dataclass(frozen=True)
class Blocking:
    """The blocks of all rules. `keys` (records, rules) is equal where records share a block; -1: none."""

    keys: Keys
    blocks: tuple[Blocks, ...]

    @property
    def rules(self) -> tuple[Rule, ...]:
        return tuple(each.rule for each in self.blocks)


@dataclass(frozen=True)
class Pairs:
    """Candidates. Each pair stands once, under the first rule that finds it.

    Those of rule r are `ends[r - 1]` to `ends[r]`; within a table `left` < `right`.
    """

    left: npt.NDArray[np.int32]
    right: npt.NDArray[np.int32]
    ends: npt.NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.left)


def keys_of(records: Records, rule: Rule, splits: Sequence[Split] = ()) -> Keys:
    """One number a record, equal where all parts of the rule are; -1 where one is missing.

    Numbers are made from the texts alone, so that they mean the same for records that come later.
    They have 63 bits: records that agree by accident are compared in vain, no more.
    """
    mixed = np.zeros(records.size, np.uint64)
    missing = np.zeros(records.size, np.bool_)
    for part in rule.parts:
        hashes = records.hashes(part.column, part.form)
        missing |= hashes == 0
        mixed = mix(mixed, hashes)
    keys = (mixed >> np.uint64(1)).astype(np.int64)
    keys[missing] = -1
    for split in splits:
        _split(records, keys, split)
    return keys


def _split(records: Records, keys: Keys, split: Split) -> None:
    """Tell the records of crowded blocks apart by a further column, in place."""
    place = np.searchsorted(split.crowded, keys)
    rows = np.flatnonzero(split.crowded[np.minimum(place, len(split.crowded) - 1)] == keys)
    hashes = records.hashes(split.column, "whole")[rows]
    keys[rows] = np.where(
        hashes == 0, -1, (mix(keys[rows].astype(np.uint64), hashes) >> np.uint64(1)).astype(np.int64)
    )


def blocks_of(records: Records, rule: Rule, largest: int = LARGEST_BLOCK) -> tuple[Keys, Blocks]:
    """Sort the records into a rule's blocks.

    Those of more than `largest` records are split by what else their records say, so far as they can
    be; what is left too large is left out.
    """
    keys = keys_of(records, rule)
    asked = {part.column for part in rule.parts}
    kinds = {each.field.column: each.field.kind for each in records.fields if each.field.column not in asked}
    others = sorted((c for c in kinds if kinds[c] in _SPLIT_BY), key=lambda c: (_SPLIT_BY.index(kinds[c]), c))
    splits: list[Split] = []
    order, starts = grouped(keys)
    sizes = starts[:, 1] - starts[:, 0]
    every = _pairs_in(sizes)
    for column in others[:_SPLITS]:
        if not (sizes > largest).any():
            break
        splits.append(Split(np.sort(keys[order[starts[sizes > largest, 0]]]), column))
        _split(records, keys, splits[-1])
        order, starts = grouped(keys)
        sizes = starts[:, 1] - starts[:, 0]
    for first, last in starts[sizes > largest]:
        keys[order[first:last]] = -1  # they meet nobody here, so that later rules may bring them together
    kept = starts[(sizes > 1) & (sizes <= largest)]
    pairs = _pairs_in(kept[:, 1] - kept[:, 0])
    return keys, Blocks(rule, tuple(splits), order, kept, pairs, every - pairs)


def blocks_by(like: Sequence[Blocks], keys: Keys, largest: int) -> Blocking:
    """Further records, by their `keys`, in blocks of the same rules."""
    blocks = []
    for number, each in enumerate(like):
        order, starts = grouped(keys[:, number])
        sizes = starts[:, 1] - starts[:, 0]
        kept = starts[(sizes > 1) & (sizes <= largest)]
        pairs = _pairs_in(kept[:, 1] - kept[:, 0])
        blocks.append(Blocks(each.rule, each.splits, order, kept, pairs, _pairs_in(sizes) - pairs))
    return Blocking(keys, tuple(blocks))


def _pairs_in(sizes: npt.NDArray[np.int64]) -> int:
    return int((sizes * (sizes - 1) // 2).sum())


def all_blocks(records: Records, rules: Sequence[Rule], largest: int = LARGEST_BLOCK) -> Blocking:
    """The blocks of every rule, two rules at a time. Raises MatchError for rules that do not fit."""
    if len(rules) > RULES:
        raise MatchError("There are too many rules.", found=str(len(rules)), expected=f"at most {RULES}")
    columns = [each.field.column for each in records.fields]
    for rule in rules:
        for part in rule.parts:
            if part.column not in columns:
                raise MatchError(
                    f"The rule {rule} asks for {part.column!r}, which is none of the fields.",
                    found=", ".join(columns),
                    next_step="name columns that are fields, or state the field",
                )
            records[part.column].values.hashes(part.form)  # made here, as threads must not make them twice
    keys = np.empty((records.size, len(rules)), np.int64)

    def make(number: int) -> Blocks:
        keys[:, number], blocks = blocks_of(records, rules[number], largest)
        return blocks

    return Blocking(keys, tuple(side_by_side(make, range(len(rules)), records.size)))


def within(blocking: Blocking, most: int = MOST_PAIRS) -> Pairs:
    """All candidates. Raises MatchError, before any is listed, where there may be more than `most`."""
    expected = sum(each.pairs for each in blocking.blocks)
    if expected > most:
        heavy = sorted(blocking.blocks, key=lambda each: -each.pairs)[:3]
        raise MatchError(
            "These rules bring more pairs together than may be compared.",
            found=f"{expected:,} pairs; most by "
            + ", ".join(f"{each.rule} ({each.pairs:,})" for each in heavy),
            expected=f"at most {most:,}, about {most * 28 / 1e9:.1f} GB of memory",
            state="nothing was compared",
            next_step="ask for more agreement in the heaviest rules, or allow more pairs",
        )
    halves, counts = [], []
    for number, each in enumerate(blocking.blocks):
        sizes = each.starts[:, 1] - each.starts[:, 0]
        half = int(np.searchsorted(np.cumsum(sizes * (sizes - 1)), each.pairs))  # as many pairs in each
        halves.append((each.starts[:half], each.starts[half:]))
        count = partial(count_new, blocking.keys, number, each.order)
        counts.append(side_by_side(count, halves[-1], each.pairs))
    ends = np.cumsum([sum(int(part.sum()) for part in two) for two in counts], dtype=np.int64)
    total = int(ends[-1]) if len(ends) else 0
    left, right = np.empty(total, np.int32), np.empty(total, np.int32)
    for number, each in enumerate(blocking.blocks):
        first = int(ends[number - 1]) if number else 0
        before = np.cumsum(np.concatenate([[first], *counts[number]]))[:-1]
        places = before[: len(counts[number][0])], before[len(counts[number][0]) :]

        def write(half: int, number: int = number, each: Blocks = each, places: Halves = places) -> None:
            list_new(blocking.keys, number, each.order, halves[number][half], places[half], left, right)

        side_by_side(write, (0, 1), each.pairs)
    return Pairs(left, right, ends)


def sample_within(records: Records, part: Part, pairs: int, random: np.random.Generator) -> Pairs:
    """Pairs that agree on one part, from blocks so large that nearly all are of strangers."""
    codes, hashes = _coded(records, part)
    counts = np.bincount(codes[codes >= 0], minlength=len(hashes))
    crowds = np.flatnonzero((counts >= _CROWD) & (hashes > 0))
    crowds = random.permutation(crowds[np.argsort(hashes[crowds])])  # whatever the order of the records
    crowds = crowds[np.cumsum(counts[crowds]) - counts[crowds] < _SAMPLED_RECORDS]
    if not len(crowds):
        none = np.zeros(0, np.int32)
        return Pairs(none, none, np.zeros(1, np.int64))
    place = np.full(len(counts) + 1, -1, np.int32)  # a missing code, -1, reads the last
    place[crowds] = np.arange(len(crowds))
    held = np.flatnonzero(place[codes] >= 0).astype(np.int32)
    order = held[np.argsort(place[codes[held]], kind="stable")]
    sizes = counts[crowds]
    starts = np.cumsum(sizes) - sizes
    inside = sizes * (sizes - 1.0)
    block = random.choice(len(sizes), pairs, p=inside / inside.sum())
    first = random.integers(0, sizes[block])
    second = (first + random.integers(1, sizes[block])) % sizes[block]
    left, right = order[starts[block] + first], order[starts[block] + second]
    return Pairs(left, right, np.array([pairs]))


def _coded(records: Records, part: Part) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.uint64]]:
    """A form of a column as codes, a record each, and what the codes stand for; -1: missing."""
    coded = records[part.column]
    hashes = coded.values.hashes(part.form)[:-1]
    if part.form == "whole":
        return coded.codes, hashes
    distinct, places = np.unique(hashes, return_inverse=True)
    return np.append(places.astype(np.int32), np.int32(-1))[coded.codes], distinct
