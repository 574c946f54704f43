"""The five steps in order: records, blocks, comparisons, weights, clusters."""

from __future__ import annotations

import math
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from onebasket.align.people.blocking import Blocks, Pairs, Part, Rule, all_blocks, pairs_of, sample_within
from onebasket.align.people.clustering import Limits, clusters
from onebasket.align.people.comparing import Comparison, compare, comparisons
from onebasket.align.people.fields import Field, find_fields, find_id
from onebasket.align.people.proposing import propose
from onebasket.align.people.records import Records, encode
from onebasket.align.people.scoring import Model, by_chance, fit, near
from onebasket.align.people.weighing import number_patterns, weigh

Ints = npt.NDArray[np.int64]
THRESHOLD = 0.5
LARGEST_BLOCK = 5000
_THREADS = 2
_SAMPLED_PAIRS = 400_000
_SAMPLED_NEIGHBOURS = 30_000
_RARE = ("given_name", "family_name")  # agreement on a rare one says more


@dataclass(frozen=True)
class Matching:
    """What matching came to. `clusters[i]` is the smallest record of record i's cluster."""

    records: Records
    blocks: tuple[Blocks, ...]
    comparisons: tuple[Comparison, ...]
    model: Model
    pairs: Pairs
    patterns: Ints
    weights: npt.NDArray[np.float32]  # of each pair, in bits
    threshold: float
    clusters: Ints

    @property
    def cut(self) -> float:
        """The threshold as a weight."""
        return math.log2(self.threshold / (1.0 - self.threshold))


def match(
    table: pa.Table, rules: Sequence[Rule] | None = None, fields: Sequence[Field] | None = None, *,
    threshold: float = THRESHOLD, limits: Limits | None = None, seed: int = 0,
) -> Matching:  # fmt: skip
    """Find the records of a table that are one person.

    Fields and rules are found where they are not given. `threshold` is the probability from which on
    two records are linked.
    """
    if fields is None:
        said = find_id(table)
        fields = find_fields(table, leave_out=[said] if said else [])
    records = encode(table, fields)
    if rules is None:  # noqa: SIM108
        blocks = propose(records, LARGEST_BLOCK)
    else:
        blocks = all_blocks(records, rules, LARGEST_BLOCK)
    rules = [each.rule for each in blocks]
    pairs = pairs_of(blocks)
    compared = comparisons(records)
    patterns = compare(compared, pairs.left, pairs.right)
    random = np.random.default_rng(seed)
    chance = by_chance(compared, _strangers(compared, records.size, random))
    told = _neighbours(compared, records, rules, random)
    place, distinct, counts = _numbered(patterns, pairs.rule)
    levels = np.stack([each.of(distinct // 128) for each in compared], axis=1)
    model = fit(compared, rules, levels, distinct % 128, counts.astype(np.float64), chance, told)
    weights = _weights(compared, records, model, levels, place, pairs)
    cut = math.log2(threshold / (1.0 - threshold))
    found = clusters(records.size, pairs.left, pairs.right, weights, cut, limits or Limits())
    agreed = (tuple(blocks), tuple(compared), model)
    return Matching(records, *agreed, pairs, patterns, weights, threshold, found)


def _strangers(compared: Sequence[Comparison], size: int, random: np.random.Generator) -> Ints:
    """Patterns of random pairs of different records."""
    if size < 2:
        return np.zeros(0, np.int64)
    left = random.integers(0, size, _SAMPLED_PAIRS, np.int32)
    right = (left + random.integers(1, size, _SAMPLED_PAIRS, np.int32)) % np.int32(size)
    return compare(compared, left, right)


def _neighbours(
    compared: Sequence[Comparison], records: Records, rules: Sequence[Rule], random: np.random.Generator
) -> dict[Part, list[npt.NDArray[np.float64]]]:
    """How strangers agree who agree on one part of a rule; parts on which only few agree are left out."""
    told = {}
    for part in sorted({part for rule in rules for part in rule.parts}, key=str):
        pairs = sample_within(records, part, _SAMPLED_NEIGHBOURS, random)
        if len(pairs):
            told[part] = near(compared, compare(compared, pairs.left, pairs.right))
    return told


def _numbered(patterns: Ints, rules: npt.NDArray[np.int8]) -> tuple[npt.NDArray[np.int32], Ints, Ints]:
    slots = 1 << 20
    while True:
        place, distinct, counts = number_patterns(patterns, rules, slots)
        if len(place) == len(patterns):
            return place, distinct, counts
        slots *= 4


def _weights(
    compared: Sequence[Comparison], records: Records, model: Model, levels: Ints,
    place: npt.NDArray[np.int32], pairs: Pairs,
) -> npt.NDArray[np.float32]:  # fmt: skip
    """The weight of each pair: of its pattern, and of how rare the names are that agree."""
    names = [n for n, each in enumerate(compared) if each.coded.field.kind in _RARE]
    rare = np.stack(
        [levels[:, n] == compared[n].size - 1 for n in names] or [np.zeros(len(levels), np.bool_)], 1
    )
    extra, starts = [np.zeros(1)], []
    for n in names:
        coded = compared[n].coded
        starts.append(sum(map(len, extra)))
        share = coded.counts / max(coded.counts.sum(), 1)
        extra.append(np.log(max(coded.chance, 1e-9) / np.maximum(share, 1e-12)))
    codes = np.stack([compared[n].coded.codes for n in names] or [np.zeros(records.size, np.int32)], 1)
    weights = np.empty(len(pairs), np.float32)
    shares = np.ascontiguousarray(
        model.shares[:, names] if names else np.ones((len(model.classes), 1), np.bool_)
    )
    logs, rare = model.logs(levels), np.ascontiguousarray(rare)
    rarer = (np.concatenate(extra), np.array(starts or [0], np.int64))
    edges = np.linspace(0, len(pairs), _THREADS + 1).astype(np.int64)

    def run(number: int) -> None:
        part = slice(edges[number], edges[number + 1])
        weigh(pairs.left[part], place[part], logs, rare, shares, codes, rarer, weights[part])

    with ThreadPoolExecutor(_THREADS) as pool:
        list(pool.map(run, range(_THREADS)))
    return weights
