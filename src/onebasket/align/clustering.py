"""Links become clusters, the strongest first, and nothing joins what must stay apart.

A link joins the clusters of its two records, unless all pairs compared between the two clusters,
weighed together, speak against it: one slip does not make one person of two that differ otherwise
(the greedy additive joining of correlation clustering; Keuper et al. 2015). A link is refused, too,
where it would put two records into one cluster that must not be in one, two records of a source that
has each person once, or more records than a cluster may have: so a component that is too large comes
apart where its evidence is weakest.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from onebasket.align.union_find import unite
from onebasket.kernels import kernel

Ints = npt.NDArray[np.int64]
Pair = npt.NDArray[np.int32]
LARGEST = 200
_STRONGEST = 10.0  # bits that one pair may say for or against


@dataclass(frozen=True)
class Limits:
    """What a cluster may not be, and what it must.

    `apart` and `together` are pairs of records, shape (pairs, 2): the former never share a cluster, not
    even through others; the latter do, unless that would break the former. `holders` has shape
    (records, kinds, 2): of records whose first numbers are equal, and not -1, only those share a cluster
    whose second numbers are equal, too: one account of an account system, one record of a source. `born`
    (records,) has dates of birth as 19700312, -1 where unknown: those that contradict each other never
    share a cluster. Two of year, month and day must differ for that, so that a slip is none.
    """

    largest: int = LARGEST
    apart: Ints | None = None
    together: Ints | None = None
    holders: Ints | None = None
    born: Ints | None = None


def clusters(
    size: int, left: Pair, right: Pair, weights: npt.NDArray[np.float32], cut: float, limits: Limits
) -> Ints:
    """The smallest record of each record's cluster, of `size` records.

    `left`, `right`, `weights` are all pairs compared: those of at least `cut` are links, the others
    speak against joining the clusters of their records. Ties between links are broken by the records'
    places, so number records in an order of their own where the order of rows must not matter.
    """
    linked = weights >= cut
    some = np.zeros(size, np.bool_)
    some[left[linked]] = some[right[linked]] = True
    must = _pairs(limits.together)
    some[must] = True
    asked = np.flatnonzero(some[left] & some[right])
    starts, others, pairs = both_ways(size, left[asked], right[asked])
    compared = starts, others, weights[asked][pairs]
    links = np.flatnonzero(linked)
    links = links[np.lexsort((right[links], left[links], -weights[links]))]
    ordered = np.concatenate([must[0], left[links]]), np.concatenate([must[1], right[links]])
    apart = _pairs(limits.apart)
    forbidden = both_ways(size, apart[0], apart[1])[:2]
    holders = np.zeros((size, 0, 2), np.int64) if limits.holders is None else limits.holders
    born = np.full(size, -1, np.int64) if limits.born is None else limits.born
    parent = np.arange(size, dtype=np.int64)
    _join(ordered, parent, (must.shape[1], limits.largest), forbidden, (holders, born), compared)
    return parent


def _pairs(said: Ints | None) -> Pair:
    """Pairs as two rows."""
    return np.zeros((2, 0), np.int32) if said is None else said.reshape(-1, 2).T.astype(np.int32)


def both_ways(size: int, left: Pair, right: Pair, order: Ints | None = None) -> tuple[Ints, Pair, Ints]:
    """For each record, from `starts[i]` to `starts[i + 1]`: the others it is paired with, and which pairs.

    In the order of `order`, places of pairs; else as the pairs come.
    """
    starts = np.zeros(size + 1, np.int64)
    others, pairs = np.empty(2 * len(left), np.int32), np.empty(2 * len(left), np.int64)
    _sort_by_record(left, right, np.arange(len(left)) if order is None else order, starts, others, pairs)
    return starts, others, pairs


@kernel
def _sort_by_record(left: Pair, right: Pair, order: Ints, starts: Ints, others: Pair, pairs: Ints) -> None:
    """Counting sort of both directions of each pair, in place."""
    for k in range(len(left)):
        starts[left[k] + 1] += 1
        starts[right[k] + 1] += 1
    for record in range(1, len(starts)):
        starts[record] += starts[record - 1]
    at = starts.copy()
    for k in order:
        for one, other in ((left[k], right[k]), (right[k], left[k])):
            others[at[one]], pairs[at[one]] = other, k
            at[one] += 1


def connected(size: int, left: Pair, right: Pair) -> Ints:
    """The smallest record of each record's connected component."""
    parent = np.arange(size, dtype=np.int64)
    unite(left.astype(np.int64), right.astype(np.int64), parent)
    return parent


@kernel
def strongest(
    left: Pair, right: Pair, weights: npt.NDArray[np.float32], groups: Ints
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
    """The weight of each record's strongest pair within its cluster, and of that beyond; -inf: none."""
    inside = np.full(len(groups), -np.inf, np.float32)
    outside = inside.copy()
    for k in range(len(left)):
        a, b = left[k], right[k]
        best = inside if groups[a] == groups[b] else outside
        best[a] = max(best[a], weights[k])
        best[b] = max(best[b], weights[k])
    return inside, outside


@kernel
def _root(parent: Ints, record: int) -> int:
    while parent[record] != record:
        parent[record] = parent[parent[record]]
        record = parent[record]
    return record


@kernel
def contradict(a: int, b: int) -> bool:
    """Whether two dates of birth are of two people."""
    if a < 0 or b < 0 or a == b:
        return False
    year, month, day = a // 10000 == b // 10000, a // 100 % 100 == b // 100 % 100, a % 100 == b % 100
    turned = year and a // 100 % 100 == b % 100 and a % 100 == b // 100 % 100
    return not (turned or (year and month) or (year and day) or (month and day))


@kernel
def _may_not_meet(a: int, b: int, holders: Ints, born: Ints) -> bool:
    """Whether what is known of two records says that they are two people."""
    for kind in range(holders.shape[1]):
        shared = holders[a, kind, 0] >= 0 and holders[a, kind, 0] == holders[b, kind, 0]
        if shared and holders[a, kind, 1] != holders[b, kind, 1]:
            return True
    return contradict(born[a], born[b])


@kernel
def _forbidden(
    small: int, large: int, parent: Ints, following: Ints, apart: tuple[Ints, Pair], known: tuple[Ints, Ints]
) -> bool:
    """Whether a record of the one cluster may not be with one of the other."""
    (starts, others), (holders, born) = apart, known
    member = small
    while member >= 0:
        for at in range(starts[member], starts[member + 1]):
            if _root(parent, others[at]) == large:
                return True
        member = following[member]
    member = small
    while member >= 0:
        other = large
        while other >= 0 and (holders.shape[1] > 0 or born[member] >= 0):
            if _may_not_meet(member, other, holders, born):
                return True
            other = following[other]
        member = following[member]
    return False


@kernel
def _join(
    links: tuple[Pair, Pair], parent: Ints, bounds: tuple[int, int], apart: tuple[Ints, Pair],
    known: tuple[Ints, Ints], compared: tuple[Ints, Pair, npt.NDArray[np.float32]],
) -> None:  # fmt: skip
    """Unite along links in their order, in place; the first ones, by hand, need no evidence."""
    (left, right), (by_hand, largest), (starts, others, votes) = links, bounds, compared
    size = len(parent)
    nothing = np.zeros((size, 0, 2), np.int64), np.full(size, -1, np.int64)
    count = np.ones(size, np.int64)
    following = np.full(size, -1, np.int64)  # the members of a cluster, from its root on
    last = np.arange(size)
    for link in range(len(left)):
        a, b = _root(parent, left[link]), _root(parent, right[link])
        if a == b or (link >= by_hand and count[a] + count[b] > largest):
            continue
        small, large = (a, b) if count[a] < count[b] else (b, a)
        if _forbidden(small, large, parent, following, apart, nothing if link < by_hand else known):
            continue
        evidence, member = 0.0, small
        while member >= 0 and link >= by_hand:
            for at in range(starts[member], starts[member + 1]):
                if _root(parent, others[at]) == large:
                    evidence += min(max(votes[at], -_STRONGEST), _STRONGEST)
            member = following[member]
        if evidence < 0.0:
            continue
        first, second = (a, b) if a < b else (b, a)
        parent[second] = first
        count[first] += count[second]
        following[last[first]] = second
        last[first] = last[second]
    for record in range(size):
        parent[record] = _root(parent, record)
