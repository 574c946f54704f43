"""Which pairs of records are compared: those that agree on all parts of some rule."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial

import numpy as np
import numpy.typing as npt

from onebasket.align.people.pairing import count_new, list_new
from onebasket.align.people.records import Records
from onebasket.errors import SchemaError

Keys = npt.NDArray[np.int64]
FORMS = ("whole", "start2", "start3", "start4", "year", "month_day")
_CROWD = 10  # so many records agree on what is nobody's own
_THREADS = 2
_RULES = 128  # a rule's number has seven bits
_SAMPLED_RECORDS = 100_000
_MIX = np.uint64(0x9E3779B97F4A7C15)


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
        """`surname+dob:year`. Raises SchemaError for a form there is not."""
        parts = []
        for said in text.split("+"):
            column, _, form = said.strip().partition(":")
            if form and form not in FORMS:
                raise SchemaError(f"There is no form {form!r}.", found=text, expected=", ".join(FORMS))
            parts.append(Part(column, form or "whole"))
        return cls(tuple(parts))

    def __str__(self) -> str:
        return " + ".join(map(str, self.parts))


@dataclass(frozen=True)
class Blocks:
    """The records that have a rule's key, block by block, and the pairs within."""

    rule: Rule
    keys: Keys  # one a record; -1: no block
    order: npt.NDArray[np.int32]  # records, block by block
    starts: npt.NDArray[np.int64]  # where each block of two or more begins and ends: shape (blocks, 2)
    pairs: int  # within all blocks
    skipped: int  # pairs within blocks that are too large


@dataclass(frozen=True)
class Pairs:
    """Candidates. Each pair stands once, under the first rule that found it; `left` < `right`."""

    left: npt.NDArray[np.int32]
    right: npt.NDArray[np.int32]
    rule: npt.NDArray[np.int8]

    def __len__(self) -> int:
        return len(self.left)


def keys_of(records: Records, rule: Rule) -> Keys:
    """One number a record, equal where all parts of the rule are; -1 where one is missing.

    Several parts are mixed to 63 bits: records that agree by accident are compared in vain, no more.
    """
    mixed = np.zeros(records.size, np.uint64)
    missing = np.zeros(records.size, np.bool_)
    for part in rule.parts:
        codes = records.codes(part.column, part.form)
        missing |= codes < 0
        mixed = (mixed ^ (codes.astype(np.uint64) + np.uint64(1))) * _MIX
        mixed ^= mixed >> np.uint64(29)
    keys = (mixed >> np.uint64(1)).astype(np.int64)
    keys[missing] = -1
    return keys


def blocks_of(records: Records, rule: Rule, largest: int) -> Blocks:
    """Sort the records into a rule's blocks; those of more than `largest` records are left out."""
    keys = keys_of(records, rule)
    held = np.flatnonzero(keys >= 0).astype(np.int32)
    order = held[np.argsort(keys[held], kind="stable")]
    sorted_keys = keys[order]
    edges = np.flatnonzero(np.diff(sorted_keys)) + 1
    bounds = np.concatenate([[0], edges, [len(order)]]).astype(np.int64)
    starts = np.stack([bounds[:-1], bounds[1:]], axis=1)
    sizes = starts[:, 1] - starts[:, 0]
    pairs = sizes * (sizes - 1) // 2
    fits = (sizes > 1) & (sizes <= largest)
    return Blocks(rule, keys, order, starts[fits], int(pairs[fits].sum()), int(pairs[sizes > largest].sum()))


def all_blocks(records: Records, rules: Sequence[Rule], largest: int) -> list[Blocks]:
    """The blocks of every rule, two rules at a time."""
    for part in {part for rule in rules for part in rule.parts}:
        records.codes(part.column, part.form)  # made here, as threads must not make them twice
    with ThreadPoolExecutor(_THREADS) as pool:
        return list(pool.map(lambda rule: blocks_of(records, rule, largest), rules))


def pairs_of(blocks: Sequence[Blocks]) -> Pairs:
    """All candidates; a pair that an earlier rule has is not told again. Raises SchemaError for too many."""
    if len(blocks) > _RULES:
        raise SchemaError("There are too many rules.", found=str(len(blocks)), expected=f"at most {_RULES}")
    if not blocks:
        empty = np.zeros(0, np.int32)
        return Pairs(empty, empty, np.zeros(0, np.int8))
    keys = np.stack([each.keys for each in blocks], axis=1)
    left, right, rules = [], [], []
    for number, each in enumerate(blocks):
        sizes = each.starts[:, 1] - each.starts[:, 0]
        half = int(np.searchsorted(np.cumsum(sizes * (sizes - 1)), each.pairs))  # as many pairs in each
        halves = (each.starts[:half], each.starts[half:])
        with ThreadPoolExecutor(_THREADS) as pool:
            counts = np.concatenate(list(pool.map(partial(count_new, keys, number, each.order), halves)))
            ends = np.cumsum(counts)
            total = int(ends[-1]) if len(ends) else 0
            a, b = np.empty(total, np.int32), np.empty(total, np.int32)
            places = (ends - counts)[:half], (ends - counts)[half:]
            write = partial(list_new, keys, number, each.order)
            list(pool.map(write, halves, places, (a, a), (b, b)))
        left.append(a)
        right.append(b)
        rules.append(np.full(total, number, np.int8))
    return Pairs(np.concatenate(left), np.concatenate(right), np.concatenate(rules))


def sample_within(records: Records, part: Part, pairs: int, random: np.random.Generator) -> Pairs:
    """Pairs that agree on one part, from blocks so large that nearly all are of strangers."""
    codes = records.codes(part.column, part.form)
    counts = np.bincount(codes[codes >= 0]) if len(codes) else np.zeros(0, np.int64)
    crowds = random.permutation(np.flatnonzero(counts >= _CROWD))
    crowds = crowds[np.cumsum(counts[crowds]) - counts[crowds] < _SAMPLED_RECORDS]
    if not len(crowds):
        empty = np.zeros(0, np.int32)
        return Pairs(empty, empty, np.zeros(0, np.int8))
    chosen = np.zeros(len(counts) + 1, np.bool_)  # a missing code, -1, reads the last
    chosen[crowds] = True
    held = np.flatnonzero(chosen[codes]).astype(np.int32)
    order = held[np.argsort(codes[held], kind="stable")]
    sizes = counts[np.sort(crowds)]
    starts = np.cumsum(sizes) - sizes
    within = sizes * (sizes - 1.0)
    block = random.choice(len(sizes), pairs, p=within / within.sum())
    first = random.integers(0, sizes[block])
    second = (first + random.integers(1, sizes[block])) % sizes[block]
    left, right = order[starts[block] + first], order[starts[block] + second]
    return Pairs(left, right, np.zeros(pairs, np.int8))
