"""How alike two texts are, compiled. A text is a stretch of an array of code points."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from onebasket.kernels import kernel

Points = npt.NDArray[np.uint32]
Offsets = npt.NDArray[np.int64]
Words = npt.NDArray[np.uint64]
Flags = npt.NDArray[np.bool_]
_STAR = ord("*")  # stands for what a channel hides
_LONGEST = 64  # code points of a text that are compared; bounds time where a field holds a book


@dataclass(frozen=True)
class Texts:
    """Texts as code points: `points[offsets[i]:offsets[i + 1]]` is text i, cut off at 64.

    `bags` says which characters each holds, in 32 classes: two bits a class, set where it occurs once, and
    twice, in one word; in another how many there are beyond that. What two bags have in common bounds how
    alike the texts can be, at a tenth of the price. `hidden` tells which hold a `*`; it is empty where
    none does.
    """

    points: Points
    offsets: Offsets
    bags: Words
    hidden: Flags

    @classmethod
    def of(cls, values: pa.StringArray) -> Texts:
        _, places, content = values.buffers()
        raw = np.frombuffer(content, np.uint8) if content else np.zeros(0, np.uint8)
        held = np.frombuffer(places, np.int32) if places else np.zeros(1, np.int32)
        starts = held[values.offset : values.offset + len(values) + 1].astype(np.int64)
        points, offsets = _decoded(raw, starts)
        hidden = np.zeros(0, np.bool_)
        if len(points) and (points == _STAR).any():
            hidden = np.add.reduceat(np.append(points == _STAR, False), offsets[:-1]).astype(np.bool_)
            hidden[offsets[:-1] == offsets[1:]] = False
        return cls(points, offsets, _bagged(points, offsets[:-1], offsets[1:]), hidden)

    def with_more(self, more: Texts) -> Texts:
        """These texts and others behind them."""
        return Texts(
            np.concatenate([self.points, more.points]),
            np.concatenate([self.offsets, more.offsets[1:] + self.offsets[-1]]),
            np.concatenate([self.bags, more.bags]),
            np.concatenate([self._flags, more._flags])
            if len(self.hidden) or len(more.hidden)
            else self.hidden,
        )

    @property
    def _flags(self) -> Flags:
        return self.hidden if len(self.hidden) else np.zeros(len(self.bags), np.bool_)

    @property
    def arrays(self) -> tuple[Points, Offsets, Words, Flags]:
        """What kernels take."""
        return self.points, self.offsets, self.bags, self.hidden

    def hashes(self, start: int = 0, stop: int = _LONGEST) -> Words:
        """One number a text, of its characters from `start` to `stop`; 0 for none, or hidden ones."""
        found = _hashed(self.points, self.offsets, start, stop)
        if len(self.hidden):
            found[self.hidden] = 0
        return found


@kernel
def _decoded(raw: npt.NDArray[np.uint8], starts: Offsets) -> tuple[Points, Offsets]:
    """Code points of UTF-8 texts, at most 64 of each."""
    size = len(starts) - 1
    offsets = np.zeros(size + 1, np.int64)
    points = np.empty(len(raw), np.uint32)
    place = 0
    for text in range(size):
        at, end = starts[text], starts[text + 1]
        first = place
        while at < end and place - first < _LONGEST:
            lead = np.uint32(raw[at])
            if lead < 0x80:
                more, point = 0, lead
            elif lead < 0xE0:
                more, point = 1, lead & np.uint32(0x1F)
            elif lead < 0xF0:
                more, point = 2, lead & np.uint32(0x0F)
            else:
                more, point = 3, lead & np.uint32(0x07)
            for k in range(more):
                point = np.uint32((point << np.uint32(6)) | (np.uint32(raw[at + 1 + k]) & np.uint32(0x3F)))
            points[place] = point
            place += 1
            at += more + 1
        offsets[text + 1] = place
    return points[:place].copy(), offsets


@kernel
def before(points: Points, offsets: Offsets, mark: int) -> tuple[Words, Words, Offsets]:
    """What stands before a mark, or all where there is none: a number for it, its bag, and its end."""
    ends = np.empty(len(offsets) - 1, np.int64)
    users = np.empty(len(ends), np.uint64)
    for text in range(len(ends)):
        at, mixed = offsets[text], np.uint64(0xCBF29CE484222325)
        while at < offsets[text + 1] and points[at] != mark:
            mixed = (mixed ^ np.uint64(points[at])) * np.uint64(0x100000001B3)
            at += 1
        ends[text], users[text] = at, mixed
    return users, _bagged(points, offsets[:-1], ends), ends


@kernel
def _bagged(points: Points, starts: Offsets, ends: Offsets) -> Words:
    bags = np.zeros((len(starts), 2), np.uint64)
    for text in range(len(starts)):
        held = np.uint64(0)
        for at in range(starts[text], ends[text]):
            point = np.int64(points[at])
            # a-z and 0-9 fall into classes of their own as far as 32 reach; vowels stand alone.
            slot = point - 97 if 97 <= point <= 122 else point - 48 + 22 if 48 <= point <= 57 else point
            once = np.uint64(1) << np.uint64(2 * (slot % 32))
            twice = once << np.uint64(1)
            if held & twice:
                bags[text, 1] += np.uint64(1)
            held |= twice if held & once else once
        bags[text, 0] = held
    return bags


@kernel
def _hashed(points: Points, offsets: Offsets, start: int, stop: int) -> Words:
    """FNV-1a over code points, finished as in MurmurHash3; never 0 for a text."""
    hashes = np.zeros(len(offsets) - 1, np.uint64)
    for text in range(len(hashes)):
        first, last = offsets[text] + start, min(offsets[text] + stop, offsets[text + 1])
        if first >= last:
            continue
        mixed = np.uint64(0xCBF29CE484222325)
        for at in range(first, last):
            mixed = (mixed ^ np.uint64(points[at])) * np.uint64(0x100000001B3)
        mixed = (mixed ^ (mixed >> np.uint64(33))) * np.uint64(0xFF51AFD7ED558CCD)
        mixed = (mixed ^ (mixed >> np.uint64(33))) * np.uint64(0xC4CEB9FE1A85EC53)
        hashes[text] = max(mixed ^ (mixed >> np.uint64(33)), np.uint64(1))
    return hashes


@kernel
def day_numbers(points: Points, offsets: Offsets) -> Offsets:
    """Days since year 0 of dates written yyyy-mm-dd, by the calendar's average."""
    days = np.zeros(len(offsets) - 1, np.int64)
    for text in range(len(days)):
        parts = np.zeros(3, np.int64)
        at = 0
        for place in range(offsets[text], offsets[text + 1]):
            point = np.int64(points[place])
            if point == 45:
                at = min(at + 1, 2)
            else:
                parts[at] = parts[at] * 10 + point - 48
        days[text] = np.int64(np.floor(parts[0] * 365.2425 + (parts[1] - 1) * 30.44 + parts[2]))
    return days


@kernel
def numbers(points: Points, offsets: Offsets) -> Words:
    """One number a text, of the numbers in it whatever their order; 0 for none."""
    found = np.zeros(len(offsets) - 1, np.uint64)
    for text in range(len(found)):
        mixed = np.uint64(0)
        for at in range(offsets[text], offsets[text + 1]):
            digit = 48 <= points[at] <= 57
            if digit:
                mixed = (mixed * np.uint64(11) + np.uint64(points[at]) - np.uint64(47)) | np.uint64(1 << 63)
            if mixed > 0 and (not digit or at + 1 == offsets[text + 1]):
                found[text] += mixed * np.uint64(0x9E3779B97F4A7C15)
                mixed = np.uint64(0)
    return found


@kernel
def common(bags: Words, x: int, y: int) -> int:
    """Characters that two texts may have in common, at most."""
    both = bags[x, 0] & bags[y, 0]
    both -= (both >> np.uint64(1)) & np.uint64(0x5555555555555555)  # the number of bits set
    both = (both & np.uint64(0x3333333333333333)) + ((both >> np.uint64(2)) & np.uint64(0x3333333333333333))
    both = (both + (both >> np.uint64(4))) & np.uint64(0x0F0F0F0F0F0F0F0F)
    shared = (both * np.uint64(0x0101010101010101)) >> np.uint64(56)
    return int(shared + min(bags[x, 1], bags[y, 1]))


@kernel
def fits(points: Points, offsets: Offsets, x: int, y: int) -> bool:
    """Whether two texts, of which one hides parts, may be one: they agree before and after the `*`."""
    a, b = offsets[x], offsets[y]
    i, j = offsets[x + 1], offsets[y + 1]
    while a < i and b < j and points[a] != _STAR and points[b] != _STAR:
        if points[a] != points[b]:
            return False
        a, b = a + 1, b + 1
    while i > a and j > b and points[i - 1] != _STAR and points[j - 1] != _STAR:
        if points[i - 1] != points[j - 1]:
            return False
        i, j = i - 1, j - 1
    left = a < i and points[a] == _STAR and points[i - 1] == _STAR  # what is left of the one is hidden
    right = b < j and points[b] == _STAR and points[j - 1] == _STAR
    return bool(left or right or (a == i and b == j))


@kernel
def jaro_winkler(points: Points, a: int, la: int, b: int, lb: int) -> float:
    """Jaro–Winkler similarity of two stretches (Winkler 1990), 0 to 1, prefix weight .1 above .7."""
    if la > lb:
        a, la, b, lb = b, lb, a, la
    if la == 0:
        return 0.0
    window = max(lb // 2 - 1, 0)
    one = np.uint64(1)
    of_a, of_b = np.uint64(0), np.uint64(0)
    matches = 0
    for i in range(la):
        for j in range(max(0, i - window), min(lb, i + window + 1)):
            if points[b + j] == points[a + i] and not (of_b >> np.uint64(j)) & one:
                of_b |= one << np.uint64(j)
                of_a |= one << np.uint64(i)
                matches += 1
                break
    if matches == 0:
        return 0.0
    out_of_order, j = 0, 0
    for i in range(la):
        if (of_a >> np.uint64(i)) & one:
            while not (of_b >> np.uint64(j)) & one:
                j += 1
            if points[a + i] != points[b + j]:
                out_of_order += 1
            j += 1
    jaro = (matches / la + matches / lb + (matches - out_of_order / 2.0) / matches) / 3.0
    if jaro > 0.7:
        prefix = 0
        while prefix < 4 and prefix < la and points[a + prefix] == points[b + prefix]:
            prefix += 1
        jaro += prefix * 0.1 * (1.0 - jaro)
    return jaro


@kernel
def edits(points: Points, a: int, la: int, b: int, lb: int, rows: npt.NDArray[np.int64]) -> int:
    """Insertions, deletions, substitutions and swaps of neighbours between two stretches, up to 3.

    Optimal string alignment; 3 stands for three or more. `rows` is room of shape (3, 66).
    """
    if abs(la - lb) > 2:
        return 3
    while la > 0 and lb > 0 and points[a] == points[b]:
        a, b, la, lb = a + 1, b + 1, la - 1, lb - 1
    while la > 0 and lb > 0 and points[a + la - 1] == points[b + lb - 1]:
        la, lb = la - 1, lb - 1
    if la == 0 or lb == 0:
        return min(max(la, lb), 3)
    for j in range(lb + 1):
        rows[0, j] = j
    for i in range(1, la + 1):
        now, last, before = i % 3, (i - 1) % 3, (i - 2) % 3
        rows[now, 0] = i
        best = i
        for j in range(1, lb + 1):
            if abs(i - j) > 2:
                rows[now, j] = 3
                continue
            same = points[a + i - 1] == points[b + j - 1]
            cost = rows[last, j - 1] + (0 if same else 1)
            cost = min(cost, rows[last, j] + 1, rows[now, j - 1] + 1)
            swapped = i > 1 and j > 1 and points[a + i - 1] == points[b + j - 2]
            if swapped and points[a + i - 2] == points[b + j - 1]:
                cost = min(cost, rows[before, j - 2] + 1)
            rows[now, j] = cost
            best = min(best, cost)
        if best > 2:
            return 3
    return int(min(rows[la % 3, lb], 3))
