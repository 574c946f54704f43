"""One round of EM over distinct patterns, compiled."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from onebasket.kernels import kernel

Doubles = npt.NDArray[np.float64]
Levels = npt.NDArray[np.int8]


@kernel
def expect(levels: Levels, counts: Doubles, tables: Doubles, shares: Doubles) -> tuple[Doubles, Doubles]:
    """How many pairs of each class have each level, and how many pairs each class has.

    `levels` (patterns, fields) and the patterns' `counts`; `tables` (classes, fields, levels) and
    `shares` (classes,) are logs. Gives arrays of the shapes of the last two.
    """
    classes, fields = tables.shape[0], tables.shape[1]
    seen, total = np.zeros(tables.shape), np.zeros(classes)
    belief = np.empty(classes)
    for pattern in range(len(levels)):
        most = -np.inf
        for each in range(classes):
            log = shares[each]
            for field in range(fields):
                log += tables[each, field, levels[pattern, field]]
            belief[each] = log
            most = max(most, log)
        every = 0.0
        for each in range(classes):
            belief[each] = np.exp(belief[each] - most)
            every += belief[each]
        for each in range(classes):
            part = counts[pattern] * belief[each] / every
            total[each] += part
            for field in range(fields):
                seen[each, field, levels[pattern, field]] += part
    return seen, total
