"""Candidates compared, counted by pattern, and weighed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from onebasket.accounting import Progress
from onebasket.align.people.comparing import Comparison, compare
from onebasket.align.people.records import Codes, Records
from onebasket.align.people.scoring import Doubles, Levels, Model
from onebasket.align.people.weighing import Distinct, weigh
from onebasket.align.threads import THREADS, side_by_side

Ints = npt.NDArray[np.int64]
Weights = npt.NDArray[np.float32]
_AT_ONCE = 4_000_000  # pairs whose patterns are held before they are numbered
_RARE = ("given_name", "family_name", "full_name")  # agreement on a rare one says more


@dataclass(frozen=True)
class Seen:
    """How pairs agree: each pair's place among distinct patterns, those, and how many pairs have each."""

    place: Codes  # (pairs,)
    levels: Levels  # (patterns, fields)
    counts: Doubles  # (patterns,)


def look(compared: Sequence[Comparison], left: Codes, right: Codes, progress: Progress) -> Seen:
    """Compare pairs of records."""
    place, distinct = np.empty(len(left), np.int32), Distinct()
    for start in range(0, len(left), _AT_ONCE):
        part = slice(start, start + _AT_ONCE)
        distinct.number(compare(compared, left[part], right[part]), place[part])
        progress("compare", min(start + _AT_ONCE, len(left)), len(left))
    return Seen(place, levels_of(compared, distinct.patterns), distinct.counts.astype(np.float64))


def levels_of(compared: Sequence[Comparison], patterns: Ints) -> Levels:
    """Patterns as levels, field by field."""
    found = np.zeros((len(patterns), len(compared)), np.int8)
    for place, each in enumerate(compared):
        found[:, place] = each.of(patterns)
    return found


def weights_of(
    records: Records, compared: Sequence[Comparison], model: Model, seen: Seen, left: Codes
) -> Weights:
    """The weight of each pair in bits: of its pattern, of how rare the names are that agree, of labels.

    `left` are the pairs' first records.
    """
    names = [n for n, each in enumerate(compared) if each.coded.field.kind in _RARE]
    tops = np.array([compared[n].size - 1 for n in names], np.int8)
    rare = np.ascontiguousarray(model.heard(seen.levels)[:, names] == tops)
    expected = np.ascontiguousarray(model.expected[:, names])
    extra, starts = rarity(compared, names)
    codes = np.ascontiguousarray(records.codes[:, names])
    weights = np.empty(len(left), np.float32)
    logs = model.logs(seen.levels)
    more = (extra, starts, model.taught(seen.levels))
    edges = np.linspace(0, len(left), THREADS + 1).astype(np.int64)

    def run(number: int) -> None:
        part = slice(edges[number], edges[number + 1])
        weigh(left[part], seen.place[part], logs, rare, expected, codes, more, weights[part])

    side_by_side(run, range(THREADS), len(left))
    return weights


def rarity(compared: Sequence[Comparison], names: Sequence[int]) -> tuple[Doubles, Ints]:
    """Log of how much rarer each value is than values are, field after field, and where each field begins."""
    extra, starts = [np.zeros(0)], []
    for n in names:
        coded = compared[n].coded
        starts.append(sum(map(len, extra)))
        share = np.maximum(coded.counts, 1) / max(coded.held, 1)
        extra.append(np.log(max(coded.chance, 1e-9) / share))
    return np.concatenate(extra), np.array(starts, np.int64)
