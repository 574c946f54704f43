"""Matching that goes on: new records join what is known, without redoing everything."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from onebasket.align.people.clustering import Limits, Pair, both_ways, clusters, connected
from onebasket.align.people.directory import Directory
from onebasket.align.people.matching import Matching
from onebasket.align.people.records import encode
from onebasket.align.people.weights import Weights

Ints = npt.NDArray[np.int64]


class Live(Directory):
    """A matching that takes further records. Model and frequencies stay those of the batch.

    Records are numbered as in the matching, new ones behind them. `clusters[i]` is the smallest record
    of record i's cluster.
    """

    def __init__(self, matching: Matching) -> None:
        settings = matching.settings
        super().__init__(
            matching.records, matching.blocking, matching.model, matching.clusters, settings.largest_block
        )
        self._matching = matching
        linked = matching.weights >= matching.settings.cut
        pairs = matching.pairs
        self._groups = connected(self.size, pairs.left[linked], pairs.right[linked])
        some = np.bincount(self._groups, minlength=len(self._groups))[self._groups] > 1
        kept = np.flatnonzero(some[pairs.left] & some[pairs.right])  # what may speak for or against a join
        self._pairs = (pairs.left[kept], pairs.right[kept], matching.weights[kept])
        self._near = both_ways(self.size, *self._pairs)
        self._later: list[tuple[Pair, Pair, Weights]] = []

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
