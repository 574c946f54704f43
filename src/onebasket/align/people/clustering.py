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

from onebasket.kernels import kernel

Ints = npt.NDArray[np.int64]
Pair = npt.NDArray[np.int32]
LARGEST = 200
_STRONGEST = 10.0  # bits that one pair may say for or against


@dataclass(frozen=True)
class Limits:
    """What a cluster may not be. `apart` has shape (pairs, 2); `exclusive[i]` is -1 or record i's source."""

    largest: int = LARGEST
    apart: Ints | None = None
    exclusive: Ints | None = None


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
    asked = np.flatnonzero(some[left] & some[right])
    starts, others, votes = _both_ways(size, left[asked], right[asked], weights[asked])
    links = np.flatnonzero(linked)
    links = links[np.lexsort((right[links], left[links], -weights[links]))]
    apart = np.zeros((2, 0), np.int32) if limits.apart is None else limits.apart.T.astype(np.int32)
    silent = np.zeros(apart.shape[1], np.float32)
    apart_starts, apart_others, _ = _both_ways(size, apart[0], apart[1], silent)
    exclusive = np.full(size, -1, np.int64) if limits.exclusive is None else limits.exclusive
    parent = np.arange(size, dtype=np.int64)
    forbidden = (apart_starts, apart_others)
    _join((left[links], right[links]), parent, limits.largest, forbidden, exclusive, (starts, others, votes))
    return parent


def _both_ways(
    size: int, left: Pair, right: Pair, weights: npt.NDArray[np.float32]
) -> tuple[Ints, Pair, npt.NDArray[np.float32]]:
    """For each record, from `starts[i]` to `starts[i + 1]`: the others it is paired with, and the weights."""
    starts = np.zeros(size + 1, np.int64)
    others, votes = np.empty(2 * len(left), np.int32), np.empty(2 * len(left), np.float32)
    _sort_by_record(left, right, weights, starts, others, votes)
    return starts, others, votes


@kernel
def _sort_by_record(
    left: Pair, right: Pair, weights: npt.NDArray[np.float32], starts: Ints, others: Pair,
    votes: npt.NDArray[np.float32],
) -> None:  # fmt: skip
    """Counting sort of both directions of each pair, in place."""
    for k in range(len(left)):
        starts[left[k] + 1] += 1
        starts[right[k] + 1] += 1
    for record in range(1, len(starts)):
        starts[record] += starts[record - 1]
    at = starts.copy()
    for k in range(len(left)):
        a, b = left[k], right[k]
        others[at[a]], votes[at[a]] = b, weights[k]
        others[at[b]], votes[at[b]] = a, weights[k]
        at[a] += 1
        at[b] += 1


@kernel
def _root(parent: Ints, record: int) -> int:
    while parent[record] != record:
        parent[record] = parent[parent[record]]
        record = parent[record]
    return record


@kernel
def _join(
    links: tuple[Pair, Pair], parent: Ints, largest: int, forbidden: tuple[Ints, Pair], exclusive: Ints,
    compared: tuple[Ints, Pair, npt.NDArray[np.float32]],
) -> None:  # fmt: skip
    """Unite along links in their order, in place."""
    (left, right), (apart_starts, apart), (starts, others, votes) = links, forbidden, compared
    size = len(parent)
    count = np.ones(size, np.int64)
    following = np.full(size, -1, np.int64)  # the members of a cluster, from its root on
    last = np.arange(size)
    for link in range(len(left)):
        a, b = _root(parent, left[link]), _root(parent, right[link])
        if a == b or count[a] + count[b] > largest:
            continue
        small, large = (a, b) if count[a] < count[b] else (b, a)
        refused, evidence = False, 0.0
        member = small
        while member >= 0 and not refused:
            for at in range(apart_starts[member], apart_starts[member + 1]):
                if _root(parent, apart[at]) == large:
                    refused = True
            for at in range(starts[member], starts[member + 1]):
                if _root(parent, others[at]) == large:
                    evidence += min(max(votes[at], -_STRONGEST), _STRONGEST)
            if exclusive[member] >= 0:
                other = large
                while other >= 0:
                    if exclusive[other] == exclusive[member]:
                        refused = True
                    other = following[other]
            member = following[member]
        if refused or evidence < 0.0:
            continue
        first, second = (a, b) if a < b else (b, a)
        parent[second] = first
        count[first] += count[second]
        following[last[first]] = second
        last[first] = last[second]
    for record in range(size):
        parent[record] = _root(parent, record)
