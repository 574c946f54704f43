"""Words, numbers and pieces of words of each text, as hashes: sets that compare quickly.

A token is 32 bits, of which the lowest two say whether it holds a digit and whether it holds a letter. Two
tokens of one hash in two short texts are one token, but for one pair in a hundred million; no dictionary of
tokens is needed, so that texts can be read one by one, now or later.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt

from onebasket.align.products.texts import Ints, Kinds, Points
from onebasket.kernels import kernel

Tokens = npt.NDArray[np.uint32]
Rarity = npt.NDArray[np.uint8]
View = Literal["words", "parts", "threes", "fives", "skeletons", "all"]
VIEWS: tuple[View, ...] = get_args(View)
HAS_DIGIT, HAS_LETTER = 1, 2
_SEED = np.uint64(0xCBF29CE484222325)
_PRIME = np.uint64(0x100000001B3)


@dataclass(frozen=True)
class Sets:
    """Each text's tokens, sorted, each once: those of text i lie from `starts[i]` to `starts[i + 1]`.

    `spans` tells where in the squeezed text a word stands (place << 8 | length); empty for other views.
    """

    starts: Ints
    tokens: Tokens
    spans: Tokens

    @classmethod
    def joined(cls, parts: list[Sets]) -> Sets:
        """Those of several lists of texts, one behind the other."""
        ends = np.cumsum([0] + [len(part.tokens) for part in parts])
        starts = [part.starts[:-1] + end for part, end in zip(parts, ends[:-1], strict=True)]
        return cls(
            np.concatenate([*starts, ends[-1:]]).astype(np.int64),
            np.concatenate([part.tokens for part in parts] or [np.zeros(0, np.uint32)]),
            np.concatenate([part.spans for part in parts] or [np.zeros(0, np.uint32)]),
        )


def words(points: Points, kinds: Kinds, starts: Ints) -> Sets:
    """Words, joined by hyphens (`ps-lx350h` is `pslx350h`); pairs of Chinese characters."""
    found, sizes = _words(points, kinds, starts)
    return _sorted(found, sizes, True)


def parts(points: Points, kinds: Kinds, starts: Ints) -> Sets:
    """Runs of letters, numbers (`1.5`), and single Chinese characters."""
    found, sizes = _parts(points, kinds, starts)
    return _sorted(found, sizes, False)


def grams(points: Points, kinds: Kinds, starts: Ints, length: int, spaced: bool) -> Sets:
    """Runs of so many characters, of two where they begin in Chinese; blanks between words count or not."""
    found, sizes = _grams(points, kinds, starts, length, spaced)
    return _sorted(found, sizes, False)


def skeletons(points: Points, kinds: Kinds, starts: Ints) -> Sets:
    """Words as tills shorten them: the first letter and the two consonants that follow, `wht` of `white`."""
    found, sizes = _skeletons(points, kinds, starts)
    return _sorted(found, sizes, False)


def squeezed(points: Points, kinds: Kinds, starts: Ints) -> tuple[npt.NDArray[np.uint16], Ints]:
    """Letters and digits of each text without anything between them, and where each begins."""
    kept = kinds > 0
    ends = np.concatenate([np.zeros(1, np.int64), np.cumsum(kept, dtype=np.int64)])
    return points[kept].astype(np.uint16), ends[starts]


def rarity(sets: Sets) -> Rarity:
    """How rare each token is: 255 for one that a single text holds, 1 for one that all hold.

    log(texts / count) / log(texts): the inverse document frequency on a scale that tables of any size share.
    Counted by slots of hashes, eight and more a token, which few tokens share.
    """
    texts = max(len(sets.starts) - 1, 2)
    slots = np.uint32(32 - min(max(len(sets.tokens).bit_length() + 3, 10), 24))
    counts = np.bincount(sets.tokens >> slots)
    table = 255.0 / np.log(texts) * np.log(texts / np.maximum(counts, 1))
    rare: Rarity = np.clip(np.rint(table), 1, 255).astype(np.uint8)
    return np.asarray(rare[sets.tokens >> slots])


@kernel
def _finish(mixed: np.uint64, flags: int) -> np.uint32:
    """32 bits of a hash as in MurmurHash3, the lowest two for flags."""
    mixed = (mixed ^ (mixed >> np.uint64(33))) * np.uint64(0xFF51AFD7ED558CCD)
    mixed = (mixed ^ (mixed >> np.uint64(33))) * np.uint64(0xC4CEB9FE1A85EC53)
    return np.uint32(((mixed >> np.uint64(32)) & np.uint64(0xFFFFFFFC)) | np.uint64(flags))


@kernel
def _joins(points: Points, kinds: Kinds, at: int, end: int, digits: bool) -> bool:
    """Whether the sign at a place stands within a word: `ps-lx350h`, `mb950ll/a`, `1.5`."""
    if at + 1 >= end or not 1 <= kinds[at + 1] <= 2:
        return False
    sign, number = points[at], kinds[at - 1] == 2 and kinds[at + 1] == 2
    return bool(sign == 45 or (sign == 46 and number) or (sign == 47 and digits))


@kernel
def _words(points: Points, kinds: Kinds, starts: Ints) -> tuple[npt.NDArray[np.uint64], Ints]:
    """Tokens with their spans (token << 32 | place << 8 | length) and how many each text has."""
    found = np.empty(len(points), np.uint64)
    sizes = np.zeros(len(starts) - 1, np.int64)
    made = 0
    for text in range(len(sizes)):
        at, end, first, place = starts[text], starts[text + 1], made, 0
        while at < end:
            if kinds[at] == 0:
                at += 1
                continue
            mixed, flags, length = _SEED, 0, 0
            if kinds[at] == 3:
                paired = at + 1 < end and kinds[at + 1] == 3
                if paired or at == starts[text] or kinds[at - 1] != 3:
                    mixed = (mixed ^ np.uint64(points[at])) * _PRIME
                    if paired:
                        mixed = (mixed ^ np.uint64(points[at + 1])) * _PRIME
                    length, flags = 2 if paired else 1, HAS_LETTER
                at, step = at + 1, 1
            else:
                while at < end and (1 <= kinds[at] <= 2 or _joins(points, kinds, at, end, flags & 1 == 1)):
                    if kinds[at] > 0 or points[at] == 46:
                        mixed = (mixed ^ np.uint64(points[at])) * _PRIME
                    if kinds[at] > 0:
                        flags |= HAS_DIGIT if kinds[at] == 2 else HAS_LETTER
                        length += 1
                    at += 1
                step = length
            if length:
                span = np.uint64((min(place, 65535) << 8) | min(length, 255))
                found[made] = (np.uint64(_finish(mixed, flags)) << np.uint64(32)) | span
                made += 1
            place += step
        sizes[text] = made - first
    return found[:made].copy(), sizes


@kernel
def _parts(points: Points, kinds: Kinds, starts: Ints) -> tuple[npt.NDArray[np.uint64], Ints]:
    found = np.empty(len(points), np.uint64)
    sizes = np.zeros(len(starts) - 1, np.int64)
    made = 0
    for text in range(len(sizes)):
        at, end, first = starts[text], starts[text + 1], made
        while at < end:
            kind, mixed = kinds[at], _SEED
            if kind == 0:
                at += 1
                continue
            while at < end and (kinds[at] == kind or (kind == 2 and points[at] == 46
                                and at + 1 < end and kinds[at + 1] == 2)):  # fmt: skip
                mixed = (mixed ^ np.uint64(points[at])) * _PRIME
                at += 1
                if kind == 3:
                    break
            flags = HAS_DIGIT if kind == 2 else HAS_LETTER
            found[made] = np.uint64(_finish(mixed, flags)) << np.uint64(32)
            made += 1
        sizes[text] = made - first
    return found[:made].copy(), sizes


@kernel
def _skeletons(points: Points, kinds: Kinds, starts: Ints) -> tuple[npt.NDArray[np.uint64], Ints]:
    found = np.empty(len(points), np.uint64)
    sizes = np.zeros(len(starts) - 1, np.int64)
    made = 0
    for text in range(len(sizes)):
        at, end, first = starts[text], starts[text + 1], made
        while at < end:
            if kinds[at] != 1:
                at += 1
                continue
            mixed, length = _SEED, 0
            while at < end and kinds[at] == 1:
                sign = points[at]
                vowel = sign == 97 or sign == 101 or sign == 105 or sign == 111 or sign == 117
                if length == 0 or (length < 3 and not vowel):
                    mixed = (mixed ^ np.uint64(sign)) * _PRIME
                    length += 1
                at += 1
            if length > 1:
                found[made] = np.uint64(_finish(mixed, HAS_LETTER)) << np.uint64(32)
                made += 1
        sizes[text] = made - first
    return found[:made].copy(), sizes


@kernel
def _grams(
    points: Points, kinds: Kinds, starts: Ints, length: int, spaced: bool
) -> tuple[npt.NDArray[np.uint64], Ints]:
    found = np.empty(len(points) + 2 * len(starts), np.uint64)
    sizes = np.zeros(len(starts) - 1, np.int64)
    line = np.empty(np.max(np.diff(starts)) + 2 if len(sizes) else 2, np.uint32)
    alone = np.empty(len(line), np.bool_)
    made = 0
    for text in range(len(sizes)):
        first, size, blank = made, 0, False
        if spaced:
            line[0], alone[0], size, blank = 32, False, 1, True
        for at in range(starts[text], starts[text + 1]):
            if kinds[at] > 0:
                line[size], alone[size], size, blank = points[at], kinds[at] == 3, size + 1, False
            elif spaced and not blank:
                line[size], alone[size], size, blank = 32, False, size + 1, True
        if spaced and not blank:
            line[size], alone[size], size = 32, False, size + 1
        for at in range(size):
            wide = 2 if alone[at] else length
            if at + wide > size:
                continue
            mixed = _SEED
            for k in range(at, at + wide):
                mixed = (mixed ^ np.uint64(line[k])) * _PRIME
            found[made] = np.uint64(_finish(mixed, HAS_LETTER)) << np.uint64(32)
            made += 1
        sizes[text] = made - first
    return found[:made].copy(), sizes


def _sorted(found: npt.NDArray[np.uint64], sizes: Ints, spans: bool) -> Sets:
    kept = _sort(found, sizes)
    starts = np.concatenate([np.zeros(1, np.int64), np.cumsum(sizes)])
    tokens = (found[:kept] >> np.uint64(32)).astype(np.uint32)
    return Sets(starts, tokens, found[:kept].astype(np.uint32) if spans else np.zeros(0, np.uint32))


@kernel
def _sort(found: npt.NDArray[np.uint64], sizes: Ints) -> int:
    """Sort each text's tokens and keep each once, in place; `sizes` become what is left of each."""
    kept, begin = 0, 0
    for text in range(len(sizes)):
        end = begin + sizes[text]
        ordered = np.sort(found[begin:end])
        first, last = kept, np.uint64(0xFFFFFFFF) << np.uint64(32)
        for packed in ordered:
            if kept == first or packed >> np.uint64(32) != last >> np.uint64(32):
                found[kept] = packed
                kept += 1
                last = packed
        sizes[text] = kept - first
        begin = end
    return kept
