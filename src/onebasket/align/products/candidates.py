"""Candidates: of each offer the likest ones of another catalogue, in time that grows with the offers only.

An offer's tokens are looked up from the rarest on, until a budget of entries is spent: what is left are
tokens that many hold and that tell little. The best found so are ranked by the whole cosine.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from onebasket.align.products.known import Known
from onebasket.align.products.offers import Offers, Weighed
from onebasket.align.products.texts import Ints
from onebasket.align.products.tokens import Rarity, Tokens, View
from onebasket.align.threads import THREADS, side_by_side
from onebasket.kernels import kernel

Pair = npt.NDArray[np.int32]
Floats = npt.NDArray[np.float32]
LOOKED_AT: tuple[View, ...] = ("words", "threes", "skeletons")
MOST = 10
BUDGET = 12_000  # entries of the index that one offer may look at
_FEWER = 2  # times as many need not ask: each of the few finds which of the many may be it
_RANKED = 4  # so many times as many are ranked by the whole cosine


@dataclass(frozen=True)
class Index:
    """Which offers of a catalogue hold tokens of a slot: `holders[starts[s] : starts[s + 1]]`."""

    offers: Ints
    starts: Ints
    holders: Pair
    bits: int

    @classmethod
    def of(cls, views: tuple[Weighed, ...], offers: Ints) -> Index:
        entries = sum(int((np.diff(view.sets.starts)[offers]).sum()) for view in views)
        bits = min(max(entries.bit_length() + 1, 8), 24)
        starts = np.zeros((1 << bits) + 1, np.int64)
        holders = np.empty(entries, np.int32)
        for view in views:
            _count(offers, view.sets.starts, view.sets.tokens, bits, starts)
        np.cumsum(starts, out=starts)
        at = starts[:-1].copy()
        for view in views:
            _enter(offers, view.sets.starts, view.sets.tokens, bits, at, holders)
        return cls(offers, starts, holders, bits)


def candidates(
    offers: Offers, known: Known, open_only: bool = False, most: int = MOST, budget: int = BUDGET
) -> tuple[Pair, Pair]:
    """Pairs of offers of different catalogues, left < right, in order: each one's `most` likest in another.

    A pair is there if either of the two has the other among its likest, or if identifiers say that the two
    are one. `open_only`: those of whom identifiers know a partner in a catalogue look for no other there,
    and of two catalogues with many and few that know none, the few alone do.
    """
    views = views_of(offers)
    sources = np.unique(offers.source).tolist()
    found = [known.pairs(offers.source)]
    for target in sources:
        every = offers.of(target)
        index = None if open_only else Index.of(views, every)
        for asking in sources:
            asked, there = offers.of(asking), every
            if open_only:
                asked, there = asked[known.lack(asked, target)], every[known.lack(every, asking)]
                if len(asked) > _FEWER * len(there):
                    continue
            if asking != target and len(asked) and len(there):
                near = likest(views, index or Index.of(views, there), asked, most, budget)
                found.append(packed(asked, near, offers.size))
    return unpacked(np.unique(np.concatenate(found)), offers.size)


def views_of(offers: Offers) -> tuple[Weighed, ...]:
    """What offers are looked up by."""
    return tuple(offers.views[each] for each in LOOKED_AT)


def packed(asked: Ints, near: Pair, size: int) -> Ints:
    """Pairs of offers with those near them, each as one number, the smaller offer first."""
    one, other = np.repeat(asked, (near >= 0).sum(axis=1)), near[near >= 0].astype(np.int64)
    return np.minimum(one, other) * size + np.maximum(one, other)


def unpacked(pairs: Ints, size: int) -> tuple[Pair, Pair]:
    """The two offers of each such number."""
    return (pairs // max(size, 1)).astype(np.int32), (pairs % max(size, 1)).astype(np.int32)


def likest(views: tuple[Weighed, ...], index: Index, asked: Ints, most: int, budget: int) -> Pair:
    """The likest offers of the index for each of those asked, best first, shape (asked, most); -1: none."""
    tokens = tuple((view.sets.starts, view.sets.tokens, view.rarity) for view in views)
    norms = np.sqrt(sum(view.norms.astype(np.float64) ** 2 for view in views)).astype(np.float32)

    def some(part: Ints) -> Pair:
        found = np.full((len(part), most), -1, np.int32)
        _find(part, tokens, norms, (index.offers, index.starts, index.holders, index.bits), budget, found)
        return found

    parts = np.array_split(asked, THREADS) if len(asked) > 1 else [asked]
    return np.concatenate(side_by_side(some, parts, len(asked)))


@kernel
def _count(offers: Ints, starts: Ints, tokens: Tokens, bits: int, counts: Ints) -> None:
    for offer in offers:
        for at in range(starts[offer], starts[offer + 1]):
            counts[(tokens[at] >> np.uint32(32 - bits)) + 1] += 1


@kernel
def _enter(offers: Ints, starts: Ints, tokens: Tokens, bits: int, at: Ints, holders: Pair) -> None:
    for place in range(len(offers)):
        for entry in range(starts[offers[place]], starts[offers[place] + 1]):
            slot = tokens[entry] >> np.uint32(32 - bits)
            holders[at[slot]] = place
            at[slot] += 1


_View = tuple[Ints, Tokens, Rarity]
_Index = tuple[Ints, Ints, Pair, int]


@kernel
def _dot(view: _View, a: int, b: int) -> float:
    starts, tokens, rarity = view
    at, other, dot = starts[a], starts[b], 0.0
    while at < starts[a + 1] and other < starts[b + 1]:
        if tokens[at] == tokens[other]:
            dot += np.float64(rarity[at]) * np.float64(rarity[at])
            at, other = at + 1, other + 1
        elif tokens[at] < tokens[other]:
            at += 1
        else:
            other += 1
    return dot


@kernel
def _find(
    asked: Ints, views: tuple[_View, ...], norms: Floats, index: _Index, budget: int, found: Pair
) -> None:
    """Fill `found`. Ties go to the offer that comes first."""
    offers, starts, holders, bits = index
    scores = np.zeros(len(offers), np.float32)
    seen = np.empty(min(budget, len(offers)), np.int32)
    slots, weights = np.empty(8192, np.int64), np.empty(8192, np.float32)
    most = found.shape[1]
    best, worth = np.empty(_RANKED * most, np.int32), np.empty(_RANKED * most)
    for row in range(len(asked)):
        offer, held, touched = asked[row], 0, 0
        for view in views:
            for at in range(view[0][offer], view[0][offer + 1]):
                if held < len(slots):
                    slots[held] = view[1][at] >> np.uint32(32 - bits)
                    weights[held] = np.float32(view[2][at]) * np.float32(view[2][at])
                    held += 1
        lengths = np.empty(held, np.int64)
        for n in range(held):
            lengths[n] = starts[slots[n] + 1] - starts[slots[n]]
        left = budget
        for n in np.argsort(lengths):
            if left <= 0:
                break
            first = starts[slots[n]]
            for at in range(first, first + min(lengths[n], left)):
                if scores[holders[at]] == 0.0:
                    seen[touched] = holders[at]
                    touched += 1
                scores[holders[at]] += weights[n]
            left -= lengths[n]
        size = 0
        for n in range(touched):
            size = _insert(best, worth, size, seen[n], scores[seen[n]] / norms[offers[seen[n]]])
            scores[seen[n]] = 0.0
        kept = 0
        chosen, whole = np.empty(most, np.int32), np.empty(most)
        for n in range(size):
            other = offers[best[n]]
            dot = 0.0
            for view in views:
                dot += _dot(view, offer, other)
            if dot > 0.0:  # tokens of one slot need not be one token
                kept = _insert(chosen, whole, kept, int(other), dot / norms[other])
        for n in range(kept):
            found[row, n] = chosen[n]


@kernel
def _insert(best: Pair, worth: npt.NDArray[np.float64], size: int, one: int, value: float) -> int:
    """Put one into a list in order, the best first, of bounded length. Gives the list's new size."""
    if size == len(best):
        if value < worth[size - 1] or (value == worth[size - 1] and one > best[size - 1]):
            return size
        size -= 1
    at = size
    while at > 0 and (value > worth[at - 1] or (value == worth[at - 1] and one < best[at - 1])):
        worth[at], best[at] = worth[at - 1], best[at - 1]
        at -= 1
    worth[at], best[at] = value, one
    return size + 1
