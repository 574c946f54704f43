"""Blocks that stay: which records new ones are compared with."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from onebasket.align.people.blocking import LARGEST_BLOCK, Blocking, Pairs, blocks_by, keys_of, within
from onebasket.align.people.pairing import count_across, list_across
from onebasket.align.people.records import Records

Keys = npt.NDArray[np.int64]
Pair = npt.NDArray[np.int32]


class Index:
    """Records sorted by the keys of every rule: a sort a rule to make, a search a record to ask.

    Records added later are sorted apart, so that adding few costs little.
    """

    def __init__(self, blocking: Blocking, largest: int = LARGEST_BLOCK) -> None:
        self.blocks, self._largest = blocking.blocks, largest
        self._old = _Sorted(blocking.keys, 0)
        self._late = _Sorted(blocking.keys[:0], len(blocking.keys))  # added later

    def keys_of(self, new: Records) -> Keys:
        """The keys of records by every rule; shape (records, rules)."""
        keys = np.empty((new.size, len(self.blocks)), np.int64)
        for number, each in enumerate(self.blocks):
            keys[:, number] = keys_of(new, each.rule, each.splits)
        return keys

    def pairs_with(self, keys: Keys) -> Pairs:
        """The candidates that new records bring: `left` is a record known or an earlier new one.

        New records are numbered behind those known. Blocks that are too large are left out.
        """
        left, right, counts, first = [], [], [], 0
        among = within(blocks_by(self.blocks, keys, self._largest))
        size = np.int32(self._late.first + len(self._late.matrix))
        for number in range(keys.shape[1]):
            last = int(among.ends[number])
            found = [self._across(keys, number, known) for known in (self._old, self._late)]
            left += [*(a for a, _ in found), among.left[first:last] + size]
            right += [*(b for _, b in found), among.right[first:last] + size]
            counts.append(sum(len(a) for a, _ in found) + last - first)
            first = last
        none = np.zeros(0, np.int32)
        return Pairs(np.concatenate([none, *left]), np.concatenate([none, *right]), np.cumsum(counts))

    def add(self, keys: Keys) -> None:
        """Know further records."""
        self._late = _Sorted(np.concatenate([self._late.matrix, keys]), self._late.first)

    def _across(self, keys: Keys, number: int, known: _Sorted) -> tuple[Pair, Pair]:
        mine = keys[:, number]
        near = np.argsort(mine, kind="stable")  # alike keys one after the other stay in the cache
        starts = np.empty((len(mine), 2), np.int64)
        starts[near, 0] = np.searchsorted(known.keys[number], mine[near], "left")
        starts[near, 1] = np.searchsorted(known.keys[number], mine[near], "right")
        starts[(mine < 0) | (starts[:, 1] - starts[:, 0] > self._largest)] = 0
        order = known.orders[number]
        total = count_across(known.matrix, keys, number, order, starts)
        left, right = np.empty(total, np.int32), np.empty(total, np.int32)
        list_across(known.matrix, keys, number, order, starts, left, right)
        size = np.int32(self._late.first + len(self._late.matrix))
        return left + np.int32(known.first), right + size


class _Sorted:
    """Keys in order, rule by rule, and the records that have them, from record `first` on."""

    def __init__(self, keys: Keys, first: int) -> None:
        self.matrix, self.first = keys, first
        self.orders = [np.argsort(column, kind="stable").astype(np.int32) for column in keys.T]
        self.keys = [column[order] for column, order in zip(keys.T, self.orders, strict=True)]
