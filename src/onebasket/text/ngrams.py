"""A text's words and pieces of words, hashed into buckets.

A word in an alphabet counts whole, and by all runs of three to five of its letters, its ends marked: so
forms and misspellings of a word share most of what they are. Chinese, Japanese and Korean characters count
alone and in pairs, as words are not set apart there. A number counts with the letters that stand at it
(`500ml`). Case, width, accents and the difference of traditional and simplified characters fall away.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from onebasket.kernels import compiled
from onebasket.spelling import fold, simplified

_EACH = 5  # entries a character can give rise to, at most: itself in a word, three lengths, an end


@dataclass(frozen=True, eq=False)
class Grams:
    """Text t has the buckets `buckets[starts[t] : starts[t + 1]]`, rising, as often as `counts` says."""

    starts: npt.NDArray[np.int64]  # (texts + 1,)
    buckets: npt.NDArray[np.int32]
    counts: npt.NDArray[np.float32]


def grams(texts: Sequence[str], buckets: int) -> Grams:
    """Words and their pieces of each text, in so many buckets."""
    # Halves of characters, which no file should hold, are no part of a word.
    folded = [simplified(fold(text.encode("utf-8", "replace").decode())) for text in texts]
    starts = np.concatenate([[0], np.cumsum([len(text) for text in folded], dtype=np.int64)])
    letters = np.frombuffer("".join(folded).encode("utf-32-le"), np.uint32)
    kept, found, counts = _gather(letters, starts.astype(np.int64), _kinds(letters), buckets)
    return Grams(np.concatenate([np.zeros(1, np.int64), np.cumsum(kept)]), found, counts)


def _kinds(letters: npt.NDArray[np.uint32]) -> npt.NDArray[np.uint8]:
    """Of each character: 0 no part of a word, 1 a letter or digit of one, 2 a word by itself."""
    distinct, places = np.unique(letters, return_inverse=True)
    kinds = [0 if not chr(code).isalnum() else 2 if _alone(code) else 1 for code in distinct.tolist()]
    return np.array(kinds, np.uint8)[places]


def _alone(code: int) -> bool:
    """Whether a character is Chinese, Japanese kana or Korean."""
    return 0x2E80 <= code <= 0x9FFF or 0xAC00 <= code <= 0xD7AF or 0xF900 <= code <= 0xFAFF or code >= 0x20000


@compiled
def _gather(letters: Any, starts: Any, kinds: Any, buckets: Any) -> Any:
    """Hash the pieces of each text and count them: how many buckets a text has, which, how often."""
    texts = len(starts) - 1
    kept = np.zeros(texts, np.int64)
    found = np.empty(_EACH * len(letters) + texts, np.int32)
    counts = np.empty(len(found), np.float32)
    codes = np.empty(_EACH * np.max(np.diff(starts)) + 1 if texts else 1, np.uint64)
    size = 0
    for text in range(texts):
        begin, end, made = starts[text], starts[text + 1], 0
        place = begin
        while place < end:
            if kinds[place] == 2:
                for length in range(1, 3):
                    if place + length <= end and kinds[place + length - 1] == 2:
                        code = np.uint64(1469598103934665603)
                        for letter in letters[place : place + length]:
                            code = (code ^ np.uint64(letter)) * np.uint64(1099511628211)
                        codes[made] = code
                        made += 1
            if kinds[place] == 1 and (place == begin or kinds[place - 1] != 1):
                last = place
                while last < end and kinds[last] == 1:
                    last += 1
                # The word from `place` to `last`, with a mark (1) before and behind: length 0 is all of it.
                for length in range(2, 6):
                    for first in range(place - 1, last + 2 - length if length > 2 else place):
                        stop = first + length if length > 2 else last + 1
                        if length > 2 and first == place - 1 and stop == last + 1:
                            continue  # the whole word, which counts already
                        code = np.uint64(1469598103934665603)
                        for at in range(first, stop):
                            letter = np.uint64(1) if at < place or at >= last else np.uint64(letters[at])
                            code = (code ^ letter) * np.uint64(1099511628211)
                        codes[made] = code
                        made += 1
            place += 1
        for at in range(made):
            # The last letters have reached the low bits alone; mixed as in MurmurHash3, they reach all.
            code = (codes[at] ^ (codes[at] >> np.uint64(33))) * np.uint64(0xFF51AFD7ED558CCD)
            code = (code ^ (code >> np.uint64(33))) * np.uint64(0xC4CEB9FE1A85EC53)
            codes[at] = (code ^ (code >> np.uint64(33))) % np.uint64(buckets)
        pieces = np.sort(codes[:made])
        for at in range(made):
            if at and pieces[at] == pieces[at - 1]:
                counts[size - 1] += 1
            else:
                found[size], counts[size] = pieces[at], 1
                kept[text] += 1
                size += 1
    return kept, found[:size].copy(), counts[:size].copy()
