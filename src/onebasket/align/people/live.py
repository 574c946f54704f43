"""Matching that goes on: new records join what is known, without redoing everything."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from onebasket.align.clustering import Limits, Pair, clusters, connected
from onebasket.align.people.blocking import LARGEST_BLOCK, blocks_by, within
from onebasket.align.people.directory import Directory
from onebasket.align.people.matching import Matching
from onebasket.align.people.records import Records, encode

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
        linked = matching.weights >= settings.cut
        self._groups = self._connected(
            self.size, matching.pairs.left[linked], matching.pairs.right[linked], matching.limits.together
        )

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
        linked = weights >= self._matching.settings.cut
        self._late = self._late.with_more(new)
        self._index.add(keys)
        every = np.arange(size, self.size)
        self.clusters = np.concatenate([self.clusters, every])
        self._groups = np.concatenate([self._groups, every])
        self._recluster(np.unique(np.concatenate([pairs.left[linked], pairs.right[linked]])))
        numbers = np.empty(new.size, np.int64)
        numbers[order] = every
        return numbers

    def _recluster(self, reached: Ints | Pair) -> None:
        """Cluster the groups of records that new links reach, from all pairs among them."""
        if not len(reached):
            return
        inside = np.zeros(self.size, np.bool_)
        inside[self._groups[reached]] = True
        rows = np.flatnonzero(inside[self._groups])
        place = np.full(self.size, -1, np.int32)
        place[rows] = np.arange(len(rows), dtype=np.int32)
        near = self._taken(rows)
        pairs = within(blocks_by(self.blocking.blocks, self._index.keys_of(near), LARGEST_BLOCK))
        weights = self._weigh(near, pairs.left, pairs.right)
        cut, limits = self._matching.settings.cut, self._limits(rows, place, near)
        strong = weights >= cut
        self._groups[rows] = rows[
            self._connected(len(rows), pairs.left[strong], pairs.right[strong], limits.together)
        ]
        self.clusters[rows] = rows[clusters(len(rows), pairs.left, pairs.right, weights, cut, limits)]

    @staticmethod
    def _connected(size: int, left: Pair, right: Pair, together: Ints | None) -> Ints:
        """Groups of records that links, or decisions, connect."""
        by_hand = np.zeros((0, 2), np.int32) if together is None else together.astype(np.int32)
        return connected(size, np.concatenate([left, by_hand[:, 0]]), np.concatenate([right, by_hand[:, 1]]))

    def _limits(self, rows: Ints, place: Pair, near: Records) -> Limits:
        """The batch's limits among some records; of their own new ones have their dates of birth alone."""
        matching = self._matching
        limits = matching.limits
        apart, together = (
            None if said is None else _inside(place[said]) for said in (limits.apart, limits.together)
        )
        holders = None
        if limits.holders is not None:
            holders = np.full((len(rows), *limits.holders.shape[1:]), -1, np.int64)
            old = rows < len(matching.rows)
            holders[old] = limits.holders[rows[old]]
        born = None if limits.born is None else near.born()
        return Limits(limits.largest, apart, together, holders, born)


def _inside(pairs: Pair) -> Ints:
    return pairs[(pairs >= 0).all(axis=1)].astype(np.int64)
