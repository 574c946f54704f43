"""How names sound: what a name in Latin letters and its Chinese transliteration have in common.

A foreign name is written in Chinese by characters that sound alike (卡特 for Carter, 格雷戈里 for Gregory).
Both become the same few classes of consonants: Chinese knows no r at the end of a syllable, writes v and w
alike, and puts a vowel wherever it needs one. Chinese names in pinyin need no such help; see `nicknames`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from onebasket.align.people.strings import Flags, Offsets, Points, Texts, Words

_HAN = r"[\x{4e00}-\x{9fff}]"
# Latin spelling, the most particular first. What no line names (vowels, silent letters) is not heard.
_SPELLING: tuple[tuple[str, str], ...] = (
    (r"(.)\1", r"\1"), (r"^kn", "n"), (r"^wr", "r"), (r"igh|ugh", "i"), (r"ng(?![aeiouy])", "n"),
    (r"tch|ch|j", "C"), (r"sch|sh|th|z|s", "S"), (r"ph|v|f", "F"), (r"wh?(?=[aeiouy])", "F"), (r"x", "KS"),
    (r"c(?=[eiy])", "S"), (r"g(?=[eiy])", "C"), (r"ck|qu|[cgkq]", "K"), (r"e$", ""),
    (r"[dt]", "T"), (r"[bp]", "P"), (r"[mn]", "N"), (r"l|r(?=[aeiouy])", "L"), (r"h(?=[aeiouy])", "H"),
)  # fmt: skip
_INITIALS = {
    "b": "P", "p": "P", "m": "N", "f": "F", "w": "F", "d": "T", "t": "T", "n": "N", "l": "L", "r": "L",
    "g": "K", "k": "K", "h": "H", "j": "C", "q": "C", "zh": "C", "ch": "C", "x": "S", "z": "S", "c": "S",
    "s": "S", "sh": "S",
}  # fmt: skip


@dataclass(frozen=True)
class Sounds:
    """Values as they are heard, and which of them are Chinese; empty where not both scripts occur."""

    heard: Texts
    chinese: Flags

    @property
    def arrays(self) -> tuple[Points, Offsets, Words, Flags]:
        """What kernels take."""
        return self.heard.points, self.heard.offsets, self.heard.bags, self.chinese


def of_names(values: pa.StringArray) -> Sounds:
    """The consonants of names, Chinese and Latin."""
    return _heard(values, of_pinyin, of_latin)


def of_words(values: pa.StringArray) -> Sounds:
    """Places and other texts, the Chinese ones in pinyin."""
    return _heard(values, _spelt, str)


def _heard(values: pa.StringArray, chinese: Callable[[str], str], latin: Callable[[str], str]) -> Sounds:
    han = pc.match_substring_regex(values, _HAN)
    if not han.true_count or not han.false_count:
        return Sounds(Texts.of(pa.array([], pa.string())), np.zeros(0, np.bool_))
    flags: Flags = han.to_numpy(zero_copy_only=False)
    both = zip(values.to_pylist(), flags, strict=True)
    return Sounds(Texts.of(pa.array([(chinese if one else latin)(text) for text, one in both])), flags)


def _spelt(text: str) -> str:
    from pypinyin import lazy_pinyin

    return " ".join(" ".join(lazy_pinyin(text)).split())


def of_latin(text: str) -> str:
    """The consonants of a name in lower-case Latin letters: `gregory` is KLKL."""
    words = text.split()
    for spelling, heard in _SPELLING:
        words = [re.sub(spelling, heard, word) for word in words]
    return _single("".join(letter for word in words for letter in word if letter.isupper()))


def of_pinyin(text: str) -> str:
    """The consonants of a name in Chinese characters: 格雷戈里 (ge lei ge li) is KLKL."""
    from pypinyin import Style, pinyin

    initials = pinyin(text, Style.INITIALS, strict=False, errors="ignore")
    finals = pinyin(text, Style.FINALS, strict=False, errors="ignore")
    heard = ""
    for (initial,), (final,) in zip(initials, finals, strict=True):
        heard += _INITIALS.get(initial, "")
        heard += "L" if not initial and final == "er" else "N" if final.endswith(("n", "ng")) else ""
    return _single(heard)


def _single(heard: str) -> str:
    """Without repetitions: Valerie is FL as 瓦莱丽 is."""
    return re.sub(r"(.)\1+", r"\1", heard)
