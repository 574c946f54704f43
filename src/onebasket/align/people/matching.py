"""The five steps in order: records, blocks, comparisons, weights, clusters."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from onebasket.accounting import Progress, silent
from onebasket.align.clustering import Limits, Pair, clusters
from onebasket.align.people.blocking import (
    LARGEST_BLOCK,
    MOST_PAIRS,
    Blocking,
    Pairs,
    Part,
    Rule,
    all_blocks,
    sample_within,
    within,
)  # fmt: skip
from onebasket.align.people.comparing import Comparison, compare, comparisons
from onebasket.align.people.fields import Field
from onebasket.align.people.households import households
from onebasket.align.people.labels import Labels, taught
from onebasket.align.people.proposing import propose
from onebasket.align.people.records import Records, encode
from onebasket.align.people.scoring import (
    Levels,
    Model,
    by_chance,
    doubts,
    fit,
    of_two_classes,
    start,
)  # fmt: skip
from onebasket.align.people.weights import Seen, Weights, levels_of, look, weights_of
from onebasket.align.threads import side_by_side

Ints = npt.NDArray[np.int64]
THRESHOLD = 0.5
_SAMPLED_PAIRS = 200_000
_SAMPLED_NEIGHBOURS = 20_000
_FEW = 300  # strangers too few to tell how strangers agree
_NAMED = ("given_name", "family_name", "full_name")


@dataclass(frozen=True)
class Ties:
    """Evidence beyond the fields: pairs of records that, say, one order names, and bits for one person."""

    left: npt.NDArray[np.int32]
    right: npt.NDArray[np.int32]
    bits: Weights

    def among(self, rows: Ints) -> Ties:
        """These pairs where record i is row `rows[i]`."""
        places = _places(rows).astype(np.int32)
        return Ties(places[self.left], places[self.right], self.bits)


@dataclass(frozen=True)
class Settings:
    """How to match. Fields and rules are found where none are given."""

    rules: Sequence[Rule] | None = None
    threshold: float = THRESHOLD  # the probability from which on two records are linked
    limits: Limits = field(default_factory=Limits)  # by row of the table
    labels: Labels | None = None  # by row of the table
    ties: Ties | None = None  # by row of the table
    one_birth_date: bool = False  # nobody has two dates of birth that contradict each other
    largest_block: int = LARGEST_BLOCK
    most_pairs: int = MOST_PAIRS
    seed: int = 0

    @property
    def cut(self) -> float:
        """The threshold as a weight in bits."""
        return math.log2(self.threshold / (1.0 - self.threshold))


@dataclass(frozen=True)
class Matching:
    """What matching came to.

    Records are numbered in an order of their own, made from what they say, so that the order of the
    rows changes nothing: record i is row `rows[i]` of the table. `clusters[i]` is the smallest record
    of record i's cluster, `households[i]` that of its household.
    """

    settings: Settings
    limits: Limits  # by record
    rows: Ints
    records: Records
    blocking: Blocking
    compared: tuple[Comparison, ...]
    model: Model
    pairs: Pairs
    seen: Seen
    weights: Weights  # of each pair, in bits
    clusters: Ints
    households: Ints

    @property
    def places(self) -> Ints:
        """The record of each row."""
        return _places(self.rows)

    def by_row(self, groups: Ints) -> Ints:
        """Clusters or households, row by row; named by a row of theirs."""
        found = np.empty(len(groups), np.int64)
        found[self.rows] = self.rows[groups]
        return found


def match(
    table: pa.Table, fields: Sequence[Field], settings: Settings | None = None, progress: Progress = silent
) -> Matching:
    """Find the rows of a table that are one person."""
    settings = settings or Settings()
    progress("read", 0, 0)
    records = encode(table, fields)
    rows = np.argsort(records.hash(), kind="stable")
    records = records.in_order(rows)
    progress("read", 1, 1)
    progress("block", 0, 0)
    rules = propose(records, settings.largest_block) if settings.rules is None else settings.rules
    blocking = all_blocks(records, rules, settings.largest_block)
    pairs = within(blocking, settings.most_pairs)
    progress("block", 1, 1)
    compared = comparisons(records)
    seen = look(compared, pairs.left, pairs.right, progress)
    progress("learn", 0, 0)
    model = _model(records, compared, blocking, pairs, seen, settings.seed)
    if settings.labels:
        labels = settings.labels.among(rows)
        judged = look(compared, labels.left, labels.right, silent)
        model = taught(model, judged.levels[judged.place], labels.same)
    weights = weights_of(records, compared, model, seen, pairs.left)
    progress("learn", 1, 1)
    progress("cluster", 0, 0)
    limits = _by_record(settings.limits, rows)
    if settings.one_birth_date:
        limits = replace(limits, born=records.born())
    told = pairs.left, pairs.right, weights
    if settings.ties:
        told = _with_ties(told, settings.ties.among(rows), records, compared, model)
    found = clusters(records.size, *told, settings.cut, limits)
    homes = households(model, compared, seen, (pairs.left, pairs.right), found)
    progress("cluster", 1, 1)
    return Matching(
        settings, limits, rows, records, blocking, tuple(compared), model, pairs, seen, weights, found, homes
    )


def _model(
    records: Records, compared: Sequence[Comparison], blocking: Blocking, pairs: Pairs, seen: Seen, seed: int
) -> Model:
    """The fitted mixture; plainer ones, with a note, where it must not be believed."""
    random = np.random.default_rng(seed)
    strangers = _strangers(compared, records.size, random)
    near = _neighbours(compared, records, blocking.rules, random)
    of_rule = np.diff(pairs.ends, prepend=0) / max(len(pairs), 1)
    assumed, chance = (
        start(compared, blocking.rules, of_rule, strangers, near),
        by_chance(compared, strangers),
    )
    model = fit(assumed, seen.levels, seen.counts, compared)
    doubt = doubts(model, chance, float(len(pairs))) if model.rounds else None
    if doubt:
        note = f"Two classes, matches and strangers, are told apart: in the full mixture {doubt}."
        plain = replace(of_two_classes(compared, strangers), notes=(note,))
        model = fit(plain, seen.levels, seen.counts, compared)
        if again := doubts(model, chance, float(len(pairs))):
            model = replace(assumed, notes=(f"Weights are those assumed, not learnt: {again}.",))
    return model


def _strangers(compared: Sequence[Comparison], size: int, random: np.random.Generator) -> Levels:
    """How random pairs of different records agree, those left out that are likely one person."""
    if size < 2:
        return levels_of(compared, np.zeros(0, np.int64))
    left = random.integers(0, size, _SAMPLED_PAIRS, np.int32)
    right = (left + random.integers(1, size, _SAMPLED_PAIRS, np.int32)) % np.int32(size)
    return _of_strangers(compared, levels_of(compared, compare(compared, left, right)))


def _neighbours(
    compared: Sequence[Comparison], records: Records, rules: Sequence[Rule], random: np.random.Generator
) -> dict[Part, Levels]:
    """How strangers agree who agree on one part of a rule; parts on which only few agree are left out."""
    parts = {part for rule in rules for part in rule.parts}
    asked = sorted(parts | {Part(each.coded.field.column) for each in compared}, key=str)

    def tell(each: tuple[Part, np.random.Generator]) -> Levels:
        pairs = sample_within(records, each[0], _SAMPLED_NEIGHBOURS, each[1])
        levels = levels_of(compared, compare(compared, pairs.left, pairs.right))
        return _of_strangers(compared, levels, each[0].column)

    every = side_by_side(tell, zip(asked, random.spawn(len(asked)), strict=True), records.size)
    told = {part: levels for part, levels in zip(asked, every, strict=True) if len(levels) >= _FEW}
    return told


def _of_strangers(compared: Sequence[Comparison], levels: Levels, asked: str = "") -> Levels:
    """Without pairs that are likely one person: the whole name agrees and something else does, too.

    Where people have many records each, most pairs that agree on a telephone are of one person.
    """
    full = levels == np.array([each.size - 1 for each in compared])
    kinds = [each.coded.field.kind for each in compared]
    other = [each.coded.field.column != asked for each in compared]
    name = np.array([kind in _NAMED for kind in kinds], np.bool_)
    rest = full[:, ~name & np.array(other, np.bool_)].sum(axis=1)
    whole = full[:, [kind == "full_name" for kind in kinds]].any(axis=1)
    if {"given_name", "family_name"} <= set(kinds):
        whole |= full[:, kinds.index("given_name")] & full[:, kinds.index("family_name")]
    return np.asarray(levels[~(whole & (rest > 0))])


def _places(rows: Ints) -> Ints:
    """The record of each row."""
    places = np.empty(len(rows), np.int64)
    places[rows] = np.arange(len(rows))
    return places


def _with_ties(
    told: tuple[Pair, Pair, Weights],
    ties: Ties,
    records: Records,
    compared: Sequence[Comparison],
    model: Model,
) -> tuple[Pair, Pair, Weights]:
    """Pairs compared, and ties: each of them adds its bits to what the fields of the two records say."""
    said = weights_of(records, compared, model, look(compared, ties.left, ties.right, silent), ties.left)
    more = (ties.left, ties.right, said + ties.bits)
    left, right, weights = (np.concatenate(two) for two in zip(told, more, strict=True))
    return left, right, weights


def _by_record(limits: Limits, rows: Ints) -> Limits:
    """Limits stated by row as limits by record."""
    places = _places(rows)
    apart, together = (None if said is None else places[said] for said in (limits.apart, limits.together))
    holders = None if limits.holders is None else limits.holders[rows]
    return replace(limits, apart=apart, together=together, holders=holders)
