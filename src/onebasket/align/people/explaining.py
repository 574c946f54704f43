"""Why two records are, or are not, one person: the evidence field by field."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, replace

import numpy as np

from onebasket.accounting import silent
from onebasket.align.people.blocking import Blocking
from onebasket.align.people.comparing import comparisons
from onebasket.align.people.matching import Matching
from onebasket.align.people.records import Records
from onebasket.align.people.scoring import Model
from onebasket.align.people.weights import look, weights_of


@dataclass(frozen=True)
class Step:
    """What one field says: bits for (above 0) or against (below) one person. `agreement` '': missing."""

    column: str
    kind: str
    agreement: str
    a: str | None  # the values, in normal form
    b: str | None
    bits: float


@dataclass(frozen=True)
class Evidence:
    """The bits add up: `beforehand` + those of the steps + `rarity` + `labels` = `weight`."""

    beforehand: float  # what being a candidate says
    steps: tuple[Step, ...]
    rarity: float  # names that agree and are rarer, or commoner, than names are
    labels: float  # what pairs judged by hand add
    weight: float
    rules: tuple[str, ...]  # that bring the two together; none: they were never compared
    together: bool = False  # one cluster
    path: tuple[int, ...] = ()  # records by which the two are linked, themselves included

    @property
    def probability(self) -> float:
        return float(1.0 / (1.0 + 2.0**-self.weight))


def evidence(records: Records, blocking: Blocking, model: Model, a: int, b: int) -> Evidence:
    """What two records say for or against one person, compared before or not; not how they are clustered."""
    compared = comparisons(records)
    left, right = np.array([a], np.int32), np.array([b], np.int32)
    seen = look(compared, left, right, silent)
    bits, taught = model.steps(seen.levels)[0], float(model.taught(seen.levels)[0])
    weight = float(weights_of(records, compared, model, seen, left)[0])
    told = []
    for place, each in enumerate(compared):
        level, coded = int(seen.levels[0, place]), each.coded
        texts = [
            coded.values.array[int(coded.codes[record])].as_py() if coded.codes[record] >= 0 else None
            for record in (a, b)
        ]
        agreement = each.levels[level - 1] if level else ""
        said = coded.field
        told.append(Step(said.column, said.kind, agreement, texts[0], texts[1], float(bits[place + 1])))
    shared = (blocking.keys[a] >= 0) & (blocking.keys[a] == blocking.keys[b])
    rules = tuple(str(rule) for rule, same in zip(blocking.rules, shared, strict=True) if same)
    rarity = weight - taught - float(bits.sum())
    return Evidence(float(bits[0]), tuple(told), rarity, taught, weight, rules)


def why(matching: Matching, a: int, b: int) -> Evidence:
    """The evidence about two records of a matching, and how they are linked."""
    told = evidence(matching.records, matching.blocking, matching.model, a, b)
    together = bool(matching.clusters[a] == matching.clusters[b])
    return replace(told, together=together, path=_path(matching, a, b))


def _path(matching: Matching, a: int, b: int) -> tuple[int, ...]:
    """The fewest links from a to b within their cluster."""
    if matching.clusters[a] != matching.clusters[b]:
        return ()
    pairs, root = matching.pairs, matching.clusters[a]
    linked = (matching.weights >= matching.settings.cut) & (matching.clusters[pairs.left] == root)
    linked &= matching.clusters[pairs.right] == root
    near: dict[int, list[int]] = {}
    for x, y in zip(pairs.left[linked].tolist(), pairs.right[linked].tolist(), strict=True):
        near.setdefault(x, []).append(y)
        near.setdefault(y, []).append(x)
    before, waiting = {a: a}, deque([a])
    while waiting:
        here = waiting.popleft()
        for other in near.get(here, []):
            if other not in before:
                before[other] = here
                waiting.append(other)
    if b not in before:
        return ()  # joined by hand
    path = [b]
    while path[-1] != a:
        path.append(before[path[-1]])
    return tuple(path[::-1])
