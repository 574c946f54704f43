"""How many matches blocking has missed, as the rules' agreement among themselves tells."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from onebasket.align.people.blocking import Keys
from onebasket.kernels import kernel

Pair = npt.NDArray[np.int32]


@kernel
def _rules_of(keys: Keys, left: Pair, right: Pair) -> npt.NDArray[np.int64]:
    """How many pairs are found by 0, 1, 2, … rules."""
    found = np.zeros(keys.shape[1] + 1, np.int64)
    for k in range(len(left)):
        rules = 0
        for rule in range(keys.shape[1]):
            if keys[left[k], rule] >= 0 and keys[left[k], rule] == keys[right[k], rule]:
                rules += 1
        found[rules] += 1
    return found


def estimated_recall(keys: Keys, left: Pair, right: Pair) -> float | None:
    """The share of all matches that some rule brings together, from the pairs linked.

    Matches found by one rule alone (f1) and by two (f2) tell how many none finds: f1² / 2 f2 at least
    (Chao 1987). Rules that ask for alike things make it too hopeful. None where fewer than two rules,
    or no links, say nothing.
    """
    if keys.shape[1] < 2 or not len(left):
        return None
    found = _rules_of(keys, left, right)
    once, twice = float(found[1]), float(found[2])
    missed = once * once / (2.0 * twice) if twice else once * (once - 1.0) / 2.0
    return len(left) / (len(left) + missed)
