"""Blocks that stay: which records new ones are compared with."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from onebasket.align.people.blocking import LARGEST_BLOCK, Blocking, Pairs, blocks_by, keys_of, within
from onebasket.align.people.pairing import count_across, list_across
from onebasket.align.people.records import Records

Ints = npt.NDArray[np.int64]
Pair = npt.NDArray[np.int32]


class Index:
    """Records sorted by the keys of every rule. Takes a sort a rule to make; a search finds partners."""

    def __init__(self, blocking: Blocking, largest: int = LARGEST_BLOCK) -> None:
        self.blocking, self._largest = blocking, largest
        self._orders = [np.argsort(keys, kind="stable").astype(np.int32) for keys in blocking.keys.T]
        self._sorted = [keys[order] for keys, order in zip(blocking.keys.T, self._orders, strict=True)]

    def pairs_with(self, new: Records) -> Pairs:
        """The candidates that new records bring: `left` is an old record, or an earlier new one.

        New records are numbered behind the old ones. Blocks that are too large are left out.
        """
        keys = np.empty((new.size, len(self.blocking.blocks)), np.int64)
        for number, each in enumerate(self.blocking.blocks):
            keys[:, number] = keys_of(new, each.rule, each.splits)
        left, right, counts = [], [], []
        among = within(blocks_by(self.blocking, keys, self._largest))
        size, first = len(self.blocking.keys), 0
        for number in range(keys.shape[1]):
            a, b = self._across(keys, number)
            last = int(among.ends[number])
            left += [a, among.left[first:last] + np.int32(size)]
            right += [b, among.right[first:last] + np.int32(size)]
            counts.append(len(a) + last - first)
            first = last
        none = np.zeros(0, np.int32)
        return Pairs(np.concatenate([none, *left]), np.concatenate([none, *right]), np.cumsum(counts))

    def _across(self, keys: Ints, number: int) -> tuple[Pair, Pair]:
        mine = keys[:, number]
        starts = np.stack(
            [np.searchsorted(self._sorted[number], mine, side) for side in ("left", "right")], axis=1
        ).astype(np.int64)
        none = (mine < 0) | (starts[:, 1] - starts[:, 0] > self._largest)
        starts[none] = 0
        old, order = self.blocking.keys, self._orders[number]
        total = count_across(old, keys, number, order, starts)
        left, right = np.empty(total, np.int32), np.empty(total, np.int32)
        list_across(old, keys, number, order, starts, left, right)
        return left, right
