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


@kernel
def number_patterns(patterns: Ints, rules: npt.NDArray[np.int8], slots: int) -> tuple[Codes, Ints, Ints]:
    """Each pair's place among the distinct pairs of pattern and rule; those, and their counts.

    `slots` is a power of two, the room of a table with open addressing that grows when half full.
    Distinct ones are given as pattern × 128 + rule.
    """
    place = np.empty(len(patterns), np.int32)
    room = np.full(slots, -1, np.int64)
    distinct = np.empty(slots // 2, np.int64)
    counts = np.zeros(slots // 2, np.int64)
    found = 0
    for k in range(len(patterns)):
        key = patterns[k] * 128 + rules[k]
        at = np.int64((np.uint64(key) * _MIX) >> np.uint64(20)) & (slots - 1)
        while room[at] >= 0 and distinct[room[at]] != key:
            at = (at + 1) & (slots - 1)
        if room[at] < 0:
            if found == slots // 2:
                return place[:0], distinct, counts  # too little room: ask again with more
            room[at] = found
            distinct[found] = key
            found += 1
        place[k] = room[at]
        counts[place[k]] += 1
    return place, distinct[:found], counts[:found]


@kernel
def weigh(
    left: Codes, place: Codes, logs: Doubles, rare: npt.NDArray[np.bool_], shares: npt.NDArray[np.bool_],
    codes: Codes, extra: tuple[Doubles, Ints], out: Weights,
) -> None:  # fmt: skip
    """Match weights in bits: log2 of the odds that a pair is one person.

    `logs` (patterns, classes) are log probabilities, the match first. `rare` (patterns, names) tells
    which names agree fully; then `extra[starts[f] + code]`, log of how much rarer the value is than
    values are, counts for all classes that do not know the name beforehand: `shares` (classes,
    names). `codes` has shape (records, names); `extra` comes with its `starts`.
    """
    rarer, starts = extra
    classes, names = logs.shape[1], rare.shape[1]
    plain = np.empty(len(logs), np.float32)  # of patterns in which no name agrees
    for pattern in range(len(logs)):
        others = 0.0
        for number in range(1, classes):
            others += np.exp(min(logs[pattern, number] - logs[pattern, 0], 60.0))
        plain[pattern] = -np.log2(others + 1e-30)
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
        out[k] = -np.log2(others + 1e-30)
