"""Pairs within blocks, compiled."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from onebasket.kernels import kernel

Keys = npt.NDArray[np.int64]
Records = npt.NDArray[np.int32]
Starts = npt.NDArray[np.int64]


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
