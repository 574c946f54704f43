"""Pairs within blocks, compiled."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from onebasket.kernels import kernel

Keys = npt.NDArray[np.int64]
Records = npt.NDArray[np.int32]
Starts = npt.NDArray[np.int64]


@kernel
def grouped(keys: Keys) -> tuple[Records, Starts]:
    """Records by key, those of one key in their order, and where each key begins and ends.

    Keys come in the order in which they first turn up; -1 is none. A hash table (keys are well mixed
    numbers) and a counting sort: a third of the time of sorting.
    """
    size = 4
    while size < 2 * len(keys):
        size *= 2
    room = np.full(size, -1, np.int32)
    group = np.full(len(keys), -1, np.int32)
    first, counts = np.empty(len(keys), np.int32), np.zeros(len(keys) + 1, np.int64)
    groups = 0
    for record in range(len(keys)):
        key = keys[record]
        if key < 0:
            continue
        at = key & (size - 1)
        while room[at] >= 0 and keys[first[room[at]]] != key:
            at = (at + 1) & (size - 1)
        if room[at] < 0:
            room[at] = groups
            first[groups] = record
            groups += 1
        group[record] = room[at]
        counts[room[at]] += 1
    starts = np.empty((groups, 2), np.int64)
    place = 0
    for each in range(groups):
        starts[each, 0] = starts[each, 1] = place
        place += counts[each]
    order = np.empty(place, np.int32)
    for record in range(len(keys)):
        if group[record] >= 0:
            order[starts[group[record], 1]] = record
            starts[group[record], 1] += 1
    return order, starts


@kernel
def _found_before(keys: Keys, rule: int, a: int, b: int) -> bool:
    for earlier in range(rule):  # noqa: SIM110 (compiled)
        if keys[a, earlier] >= 0 and keys[a, earlier] == keys[b, earlier]:
            return True
    return False


@kernel
def count_new(keys: Keys, rule: int, order: Records, starts: Starts) -> npt.NDArray[np.int64]:
    """Pairs of each block that no earlier rule has. `keys` has shape (records, rules)."""
    counts = np.zeros(len(starts), np.int64)
    for block in range(len(starts)):
        found = 0
        for x in range(starts[block, 0], starts[block, 1]):
            for y in range(x + 1, starts[block, 1]):
                if not _found_before(keys, rule, order[x], order[y]):
                    found += 1
        counts[block] = found
    return counts


@kernel
def list_new(
    keys: Keys, rule: int, order: Records, starts: Starts, at: Starts, left: Records, right: Records
) -> None:
    """Write those pairs into `left` and `right`, those of block b from `at[b]` on."""
    for block in range(len(starts)):
        place = at[block]
        for x in range(starts[block, 0], starts[block, 1]):
            for y in range(x + 1, starts[block, 1]):
                if not _found_before(keys, rule, order[x], order[y]):
                    a, b = order[x], order[y]
                    left[place], right[place] = min(a, b), max(a, b)
                    place += 1


@kernel
def _found_across(old: Keys, new: Keys, rule: int, a: int, b: int) -> bool:
    for earlier in range(rule):  # noqa: SIM110 (compiled)
        if old[a, earlier] >= 0 and old[a, earlier] == new[b, earlier]:
            return True
    return False


@kernel
def count_across(old: Keys, new: Keys, rule: int, order: Records, starts: Starts) -> int:
    """Pairs of an old and a new record that no earlier rule has.

    New record b meets those of `order` from `starts[b, 0]` to `starts[b, 1]`.
    """
    found = 0
    for b in range(len(new)):
        for at in range(starts[b, 0], starts[b, 1]):
            if not _found_across(old, new, rule, order[at], b):
                found += 1
    return found


@kernel
def list_across(
    old: Keys, new: Keys, rule: int, order: Records, starts: Starts, left: Records, right: Records
) -> None:
    """Write those pairs: the old record into `left`, the new one into `right`."""
    place = 0
    for b in range(len(new)):
        for at in range(starts[b, 0], starts[b, 1]):
            if not _found_across(old, new, rule, order[at], b):
                left[place], right[place] = order[at], b
                place += 1
