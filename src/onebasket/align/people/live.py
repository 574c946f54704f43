"""Matching that goes on: new records join what is known, and one record is looked up in milliseconds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from onebasket.accounting import silent
from onebasket.align.people.clustering import Limits, both_ways, clusters, connected
from onebasket.align.people.comparing import comparisons
from onebasket.align.people.fields import Field
from onebasket.align.people.index import Index
from onebasket.align.people.matching import Matching
from onebasket.align.people.records import Records, encode
from onebasket.align.people.weights import look, weights_of

Ints = npt.NDArray[np.int64]
Pair = npt.NDArray[np.int32]
Weights = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Hit:
    """A record found: its number, its cluster and the probability that it is the person looked for."""

    record: int
    cluster: int
    probability: float


class Live:
    """A matching that takes further records. Model and frequencies stay those of the batch.

    Records are numbered as in the matching, new ones behind them. `clusters[i]` is the smallest record
    of record i's cluster.
    """

    def __init__(self, matching: Matching) -> None:
        self._matching = matching
        self.clusters = matching.clusters
        self._old, self._late = matching.records, matching.records.take(np.zeros(0, np.int64))
        self._index = Index(matching.blocking, matching.settings.largest_block)
        linked = matching.weights >= matching.settings.cut
        pairs = matching.pairs
        self._groups = connected(self.size, pairs.left[linked], pairs.right[linked])
        some = np.bincount(self._groups, minlength=len(self._groups))[self._groups] > 1
        kept = np.flatnonzero(some[pairs.left] & some[pairs.right])  # what may speak for or against a join
        self._pairs = (pairs.left[kept], pairs.right[kept], matching.weights[kept])
        self._near = both_ways(self.size, *self._pairs)
        self._later: list[tuple[Pair, Pair, Weights]] = []

    @property
    def size(self) -> int:
        """Records known."""
        return self._old.size + self._late.size

    @property
    def fields(self) -> list[Field]:
        return [each.field for each in self._old.fields]

    def add(self, table: pa.Table) -> Ints:
        """Take in the rows of a table with the same fields. Gives the number of each row's record.

        Only groups of records that new links reach are clustered anew; the others stay as they are.
        """
        new = encode(table, self.fields)
        order = np.argsort(new.hash(), kind="stable")
        new = new.in_order(order)
        keys = self._index.keys_of(new)
        pairs = self._index.pairs_with(keys)
        size = self.size
        weights = self._weights(pairs.left, pairs.right, new)
        self._late = self._late.with_more(new)
        self._index.add(keys)
        self._later.append((pairs.left, pairs.right, weights))
        every = np.arange(size, self.size)
        self.clusters = np.concatenate([self.clusters, every])
        self._groups = np.concatenate([self._groups, every])
        self._recluster(pairs.left, pairs.right, weights)
        numbers = np.empty(new.size, np.int64)
        numbers[order] = every
        return numbers

    def lookup(self, record: Mapping[str, object], most: int = 10) -> list[Hit]:
        """The records likeliest to be the person that `record` tells of, best first, one a cluster."""
        said = {each.column: [_text(record.get(each.column))] for each in self.fields}
        row = pa.table(said, pa.schema([(column, pa.string()) for column in said]))
        new = encode(row, self.fields)
        found = self._index.pairs_with(self._index.keys_of(new)).left
        if not len(found):
            return []
        weights = self._weights(found, np.full(len(found), self.size, np.int32), new)
        hits: dict[int, Hit] = {}
        for place in np.lexsort((found, -weights)):
            number = int(found[place])
            cluster = int(self.clusters[number])
            hits.setdefault(cluster, Hit(number, cluster, float(1.0 / (1.0 + 2.0 ** -float(weights[place])))))
        return list(hits.values())[:most]

    def _weights(self, left: Pair, right: Pair, new: Records) -> Weights:
        """The weights of pairs of which the second, perhaps the first, too, is new: from `size` on."""
        marks = np.zeros(self.size, np.bool_)
        marks[left[left < self.size]] = True
        known = np.flatnonzero(marks)
        split = int(np.searchsorted(known, self._old.size))
        near = self._old.take(known[:split])
        if split < len(known):
            near = near.with_more(self._late.take(known[split:] - self._old.size))
        near = near.with_more(new)
        late = np.int32(len(known) - self.size)
        left = np.where(left < self.size, np.searchsorted(known, left), left + late).astype(np.int32)
        compared = comparisons(near)
        seen = look(compared, left, right + late, silent)
        return weights_of(near, compared, self._matching.model, seen, left)

    def _recluster(self, left: Pair, right: Pair, weights: Weights) -> None:
        """Cluster the groups that new links reach."""
        cut = self._matching.settings.cut
        linked = weights >= cut
        touched = np.unique(np.concatenate([self._groups[left[linked]], self._groups[right[linked]]]))
        if not len(touched):
            return
        inside = np.zeros(self.size, np.bool_)
        inside[touched] = True
        inside = inside[self._groups]
        rows = np.flatnonzero(inside)
        place = np.full(self.size, -1, np.int32)
        place[rows] = np.arange(len(rows), dtype=np.int32)
        a, b, votes = self._among(rows, inside)
        a, b = place[a], place[b]
        strong = votes >= cut
        self._groups[rows] = rows[connected(len(rows), a[strong], b[strong])]
        self.clusters[rows] = rows[clusters(len(rows), a, b, votes, cut, self._limits(rows, place))]

    def _among(self, rows: Ints, inside: npt.NDArray[np.bool_]) -> tuple[Pair, Pair, Weights]:
        """All pairs compared among some records."""
        starts, others, votes = self._near
        known = rows[rows < len(starts) - 1]
        sizes = starts[known + 1] - starts[known]
        at = np.repeat(starts[known] - np.cumsum(sizes) + sizes, sizes) + np.arange(sizes.sum())
        left = np.repeat(known, sizes).astype(np.int32)
        kept = (left < others[at]) & inside[others[at]]
        found = [(left[kept], others[at][kept], votes[at][kept])]
        for a, b, w in self._later:
            kept = inside[a] & inside[b]
            found.append((a[kept], b[kept], w[kept]))
        a, b, w = (np.concatenate(parts) for parts in zip(*found, strict=True))
        return a, b, w

    def _limits(self, rows: Ints, place: Pair) -> Limits:
        """The batch's limits among some records; new records have none of their own."""
        matching = self._matching
        limits = matching.limits
        apart, together = (
            None if said is None else _inside(place[said]) for said in (limits.apart, limits.together)
        )
        holders = None
        if limits.holders is not None:
            holders = np.full((len(rows), 2), -1, np.int64)
            old = rows < len(matching.rows)
            holders[old] = limits.holders[rows[old]]
        return Limits(limits.largest, apart, together, holders)


def _inside(pairs: Pair) -> Ints:
    return pairs[(pairs >= 0).all(axis=1)].astype(np.int64)


def _text(value: object) -> str | None:
    return None if value is None else str(value)
