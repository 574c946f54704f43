"""Which of an offer's candidates it is, chosen together with everybody else's."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from onebasket.align.products.additive import Values
from onebasket.align.products.comparing import Pair
from onebasket.kernels import kernel

Flags = npt.NDArray[np.bool_]


def one_to_one(source: Pair, left: Pair, right: Pair, scores: Values, cut: float) -> Flags:
    """Which pairs of at least `cut` stand where an offer is at most one offer of another catalogue.

    The likeliest pair goes first, and takes both its offers for the two catalogues; ties go to the pair
    whose offers come first.
    """
    asked = np.flatnonzero(scores >= cut)
    order = asked[np.lexsort((right[asked], left[asked], -scores[asked]))]
    chosen = np.zeros(len(left), np.bool_)
    taken = np.zeros((len(source), int(source.max(initial=0)) + 1), np.bool_)
    _choose(source, left, right, order, taken, chosen)
    return chosen


@kernel
def _choose(
    source: Pair, left: Pair, right: Pair, order: npt.NDArray[np.int64], taken: Flags, chosen: Flags
) -> None:
    for pair in order:
        a, b = left[pair], right[pair]
        if not taken[a, source[b]] and not taken[b, source[a]]:
            taken[a, source[b]] = taken[b, source[a]] = chosen[pair] = True


def exclusive(source: Pair, left: Pair, right: Pair, scores: Values) -> Values:
    """Log odds of each pair, given that an offer is at most one offer of another catalogue.

    Of candidates that exclude each other, with odds o, one is the product with o / (1 + the sum of all o):
    two offers of one title are each half as likely. The side of a pair that has more rivals decides.
    """
    odds = np.exp(np.clip(scores, -30.0, 30.0))
    catalogues = int(source.max(initial=0)) + 1
    found = scores
    for one, other in ((left, right), (right, left)):
        _, place = np.unique(one.astype(np.int64) * catalogues + source[other], return_inverse=True)
        rivals = np.bincount(place, odds, minlength=1)[place] - odds
        found = np.minimum(found, scores - np.log1p(np.maximum(rivals, 0.0)))
    return found
