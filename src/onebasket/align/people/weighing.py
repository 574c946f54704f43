"""Patterns counted, and pairs weighed by them and by how rare their names are; compiled."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from onebasket.kernels import kernel

Ints = npt.NDArray[np.int64]
Codes = npt.NDArray[np.int32]
Doubles = npt.NDArray[np.float64]
Weights = npt.NDArray[np.float32]
_MIX = np.uint64(0x9E3779B97F4A7C15)


class Distinct:
    """Distinct patterns, numbered in the order in which they turn up, and how many pairs have each."""

    def __init__(self, slots: int = 1 << 16) -> None:
        self._room = np.full(slots, -1, np.int32)
        self._patterns, self._counts = np.empty(slots // 2, np.int64), np.zeros(slots // 2, np.int64)
        self.size = 0

    @property
    def patterns(self) -> Ints:
        return self._patterns[: self.size]

    @property
    def counts(self) -> Ints:
        return self._counts[: self.size]

    def number(self, patterns: Ints, place: Codes) -> None:
        """Write each pattern's number into `place`; shapes (pairs,)."""
        done = 0
        while done < len(patterns):
            room = self._room, self._patterns, self._counts
            more, self.size = _number(patterns[done:], place[done:], room, self.size)
            done += more
            if done < len(patterns):
                self._grow()

    def _grow(self) -> None:
        patterns, counts = self.patterns.copy(), self.counts.copy()
        bigger = Distinct(2 * len(self._room))
        bigger.number(patterns, np.empty(len(patterns), np.int32))
        bigger._counts[: len(counts)] = counts
        self._room, self._patterns, self._counts = bigger._room, bigger._patterns, bigger._counts


@kernel
def _number(patterns: Ints, place: Codes, table: tuple[Codes, Ints, Ints], size: int) -> tuple[int, int]:
    """A table with open addressing; stops when it is half full. Gives the pairs done and its size."""
    room, distinct, counts = table
    mask = np.int64(len(room) - 1)
    for k in range(len(patterns)):
        at = np.int64((np.uint64(patterns[k]) * _MIX) >> np.uint64(20)) & mask
        while room[at] >= 0 and distinct[room[at]] != patterns[k]:
            at = (at + 1) & mask
        if room[at] < 0:
            if size == len(distinct):
                return k, size
            room[at] = size
            distinct[size] = patterns[k]
            size += 1
        place[k] = room[at]
        counts[place[k]] += 1
    return len(patterns), size


@kernel
def weigh(
    left: Codes, place: Codes, logs: Doubles, rare: npt.NDArray[np.bool_], shares: npt.NDArray[np.bool_],
    codes: Codes, extra: tuple[Doubles, Ints, Doubles], out: Weights,
) -> None:  # fmt: skip
    """Match weights in bits: log2 of the odds that a pair is one person.

    `logs` (patterns, classes) are log probabilities, the match first. `rare` (patterns, names) tells
    which names agree fully; then `extra[starts[f] + code]`, log of how much rarer the value is than
    values are, counts for all classes that do not know the name beforehand: `shares` (classes,
    names). `codes` has shape (records, names); `extra` comes with its `starts`, and with bits to add
    to each pattern.
    """
    rarer, starts, added = extra
    classes, names = logs.shape[1], rare.shape[1]
    plain = np.empty(len(logs), np.float32)  # of patterns in which no name agrees
    for pattern in range(len(logs)):
        others = 0.0
        for number in range(1, classes):
            others += np.exp(min(logs[pattern, number] - logs[pattern, 0], 60.0))
        plain[pattern] = added[pattern] - np.log2(others + 1e-30)
    for k in range(len(left)):
        pattern = place[k]
        best, known = logs[pattern, 0], 0.0
        for each in range(names):
            if rare[pattern, each]:
                best += rarer[starts[each] + codes[left[k], each]]
                known = 1.0
        if known == 0.0:
            out[k] = plain[pattern]
            continue
        others = 0.0
        for number in range(1, classes):
            log = logs[pattern, number]
            for each in range(names):
                if rare[pattern, each] and shares[number, each]:
                    log += rarer[starts[each] + codes[left[k], each]]
            others += np.exp(min(log - best, 60.0))
        out[k] = added[pattern] - np.log2(others + 1e-30)
