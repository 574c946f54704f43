"""What identifiers say of offers before likeness is asked: which are one, and which are not."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from onebasket.align.products.texts import Ints

Pair = npt.NDArray[np.int32]
Flags = npt.NDArray[np.bool_]
Verdicts = npt.NDArray[np.int8]
SAME, DIFFERENT, UNKNOWN = 1, 0, -1
_FEW = 20  # offers of a component of which every pair is told


@dataclass(frozen=True)
class Known:
    """`component` (offers,) numbers offers that are one product, from 0; `holds` (components, catalogues)
    says which catalogues have one of them. Offers whose `codes` (offers,) differ, and are not -1, are two
    products.
    """

    component: Ints
    holds: Flags
    codes: Ints

    @classmethod
    def of(cls, source: Pair, component: Ints, codes: Ints) -> Known:
        numbers = np.unique(component, return_inverse=True)[1].astype(np.int64)
        holds = np.zeros((int(numbers.max(initial=-1)) + 1, int(source.max(initial=-1)) + 1), np.bool_)
        holds[numbers, source] = True
        return cls(numbers, holds, codes)

    @classmethod
    def by_codes(cls, source: Pair, codes: Ints) -> Known:
        """Offers of one code are one; `codes` -1: none."""
        return cls.of(source, np.where(codes < 0, -1 - np.arange(len(codes)), codes), codes)

    def lack(self, offers: Ints, catalogue: int) -> Flags:
        """Which of these offers are not known to have a partner in a catalogue."""
        lacking: Flags = ~self.holds[self.component[offers], catalogue]
        return lacking

    def verdicts(self, source: Pair, left: Pair, right: Pair, exclusive: bool) -> Verdicts:
        """What is known of each pair. `exclusive`: an offer whose partner is known has no other there."""
        one, other = self.component[left], self.component[right]
        a, b = self.codes[left], self.codes[right]
        differ = (a >= 0) & (b >= 0) & (a != b)
        if exclusive:
            differ |= self.holds[one, source[right]] | self.holds[other, source[left]]
        return np.where(one == other, SAME, np.where(differ, DIFFERENT, UNKNOWN)).astype(np.int8)

    def pairs(self, source: Pair) -> Ints:
        """Offers of one component and of different catalogues: left * offers + right.

        Of twenty at most every two, of more each with the first in each other catalogue.
        """
        size, many = len(source), np.bincount(self.component, minlength=len(self.holds))
        shared = self.holds.sum(axis=1) > 1
        found = [self._every_two(source, np.flatnonzero((shared & (many <= _FEW))[self.component]))]
        asked = np.flatnonzero((shared & (many > _FEW))[self.component])
        for catalogue in range(self.holds.shape[1]):
            there = source[asked] == catalogue
            first = np.full(len(self.holds), -1, np.int64)
            first[self.component[asked[there]][::-1]] = asked[there][::-1]
            others = asked[~there]
            partner = first[self.component[others]]
            one, other = others[partner >= 0], partner[partner >= 0]
            found.append(np.minimum(one, other) * size + np.maximum(one, other))
        return np.concatenate(found)

    def _every_two(self, source: Pair, asked: Ints) -> Ints:
        """Every two of these offers that are of one component and of different catalogues."""
        order = asked[np.argsort(self.component[asked], kind="stable")]
        found = [np.zeros(0, np.int64)]
        for apart in range(1, min(_FEW, len(order))):
            one, other = order[:-apart], order[apart:]
            same = (self.component[one] == self.component[other]) & (source[one] != source[other])
            found.append(one[same] * len(source) + other[same])  # in a component offers are in order
        return np.concatenate(found)
