"""How a pair stands among the candidates of its two offers: chosen beside the others, not alone."""

from __future__ import annotations

import numpy as np

from onebasket.align.clustering import both_ways
from onebasket.align.products.comparing import PLAIN, Floats, Pair
from onebasket.align.products.offers import Offers
from onebasket.align.products.texts import Ints
from onebasket.kernels import kernel

BY = ("words_cosine", "threes_cosine", "fives_cosine", "all_cosine", "parts_jaccard")
_ASKED = ("gap", "rank", "lead")
STANDING = tuple(f"{by}_{asked}_{side}" for by in BY for asked in _ASKED for side in ("less", "more"))
_PLACES = tuple(PLAIN.index(name) for name in BY)


_MOST = 32  # the likest candidates of an offer in one catalogue; others are not looked at
_Lists = tuple[Pair, int, Ints, Pair, Ints, Floats]  # the candidates of each offer in each catalogue


class Rivals:
    """The candidates of each offer, the likest first, and how like it they are."""

    def __init__(self, offers: Offers, left: Pair, right: Pair, alike: Floats) -> None:
        """`alike` (pairs, 5) are the columns `BY` of the candidates' features."""
        known = np.ascontiguousarray(np.nan_to_num(alike))
        order = np.argsort(-known.sum(axis=1), kind="stable")
        source, many = offers.source, int(offers.source.max(initial=0)) + 1
        # A list for each offer and catalogue: what others ask of an offer bounds no work for a third.
        one, other = left * many + source[right], right * many + source[left]
        starts, others, pairs = both_ways(offers.size * many, one, other, order)
        self._lists: _Lists = (source, many, starts, others // np.int32(many), pairs, known)

    def standing(self, left: Pair, right: Pair, features: Floats) -> Floats:
        """Features `STANDING` of pairs, candidates or not, shape (pairs, features).

        `gap` is what is missing to the likest candidate, `rank` the place among them from 1, `lead` how
        much liker than the likest other; each `less` and `more` of the two offers.
        """
        alike = np.ascontiguousarray(np.nan_to_num(features[:, _PLACES]))
        found = np.empty((len(left), len(STANDING)), np.float32)
        _stand(left, right, alike, self._lists, found)
        return found


def alike(features: Floats) -> Floats:
    """The columns of features by which candidates are ranked."""
    return features[:, _PLACES]


@kernel
def _beside(one: int, other: int, x: Floats, lists: _Lists, found: Floats) -> None:
    """What is best and second best beside a pair, and its rank, shape (3, kinds), seen from one offer."""
    source, many, starts, others, pairs, known = lists
    for kind in range(len(x)):
        found[0, kind], found[1, kind], found[2, kind] = x[kind], 0.0, 1.0
    seen, mine = 0, one * many + source[other]
    for at in range(starts[mine], starts[mine + 1]):
        if others[at] == other:
            continue
        for kind in range(len(x)):
            rival = known[pairs[at], kind]
            found[2, kind] += rival > x[kind]
            found[0, kind], found[1, kind] = max(found[0, kind], rival), max(found[1, kind], rival)
        seen += 1
        if seen == _MOST:
            break


@kernel
def _stand(left: Pair, right: Pair, alike: Floats, lists: _Lists, found: Floats) -> None:
    kinds = alike.shape[1]
    one, other = np.empty((3, kinds), np.float32), np.empty((3, kinds), np.float32)
    for pair in range(len(left)):
        x = alike[pair]
        _beside(left[pair], right[pair], x, lists, one)
        _beside(right[pair], left[pair], x, lists, other)
        for kind in range(kinds):
            for side in (one, other):
                side[0, kind] -= x[kind]  # the gap
                side[1, kind] = x[kind] - side[1, kind]  # the lead
                side[2, kind] = min(side[2, kind], 11.0)
            for place, of in ((0, 0), (1, 2), (2, 1)):
                at = (kind * 3 + place) * 2
                found[pair, at] = min(one[of, kind], other[of, kind])
                found[pair, at + 1] = max(one[of, kind], other[of, kind])
