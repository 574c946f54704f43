"""What an offer says of its variant: quantities, colours, materials, for whom, which edition; as tokens.

A fact is 32 bits: its attribute in the highest eight, a hash of its value in the rest, so that facts of one
attribute lie together when sorted.
"""

from __future__ import annotations

import functools
import re
import tomllib
import zlib
from collections.abc import Sequence
from importlib.resources import files

import numpy as np
import numpy.typing as npt

from onebasket.align.products.quantities import DIMENSIONS, quantities
from onebasket.align.products.texts import Ints
from onebasket.align.products.tokens import Sets
from onebasket.kernels import kernel

Facts = npt.NDArray[np.uint32]
_SINGLE = ("color", "material", "audience", "platform")  # of these an offer says one or a few
ATTRIBUTES = (*DIMENSIONS, *_SINGLE, "edition")
_WORD = re.compile(r"[a-z]+|[\u2e80-\u9fff]+")
_HAN = re.compile(r"[\u2e80-\u9fff]")


def facts(text: str) -> list[tuple[str, str]]:
    """Attribute and value of each fact in a text in normal form; values with three digits that count."""
    found = [(dimension, f"{value:.3g}") for dimension, value in quantities(text)] if _has_digit(text) else []
    words, chinese = _lexicon()
    found += [words[word] for word in _WORD.findall(text) if word in words]
    if chinese is not None and _HAN.search(text):
        found += [_chinese()[word] for word in chinese.findall(text)]
    return found


def facts_of(texts: Sequence[str]) -> Sets:
    """The facts of each text as sorted tokens, each once."""
    every = [sorted({_token(*fact) for fact in facts(text)}) for text in texts]
    starts = np.concatenate([np.zeros(1, np.int64), np.cumsum([len(each) for each in every], dtype=np.int64)])
    tokens = np.fromiter((token for each in every for token in each), np.uint32, int(starts[-1]))
    return Sets(starts, tokens, np.zeros(0, np.uint32))


_DIGIT = re.compile(r"\d")


def _has_digit(text: str) -> bool:
    return _DIGIT.search(text) is not None


@functools.lru_cache(maxsize=65536)
def _token(attribute: str, value: str) -> int:
    return ATTRIBUTES.index(attribute) << 24 | zlib.crc32(value.encode()) & 0xFFFFFF


@functools.cache
def _lexicon() -> tuple[dict[str, tuple[str, str]], re.Pattern[str] | None]:
    """Words in an alphabet and what they say; a pattern of those in Chinese characters."""
    every = {word: said for said, words in _said().items() for word in words}
    latin = {word: said for word, said in every.items() if not _HAN.search(word)}
    chinese = sorted((word for word in every if _HAN.search(word)), key=len, reverse=True)
    return latin, re.compile("|".join(map(re.escape, chinese))) if chinese else None


@functools.cache
def _chinese() -> dict[str, tuple[str, str]]:
    return {word: said for said, words in _said().items() for word in words if _HAN.search(word)}


@functools.cache
def _said() -> dict[tuple[str, str], tuple[str, ...]]:
    told = tomllib.loads((files("onebasket.align.products") / "lexicon.toml").read_text(encoding="utf-8"))
    return {(name, value): tuple(words) for name, values in told.items() for value, words in values.items()}


KINDS_OF_FACTS = ("facts_agree", "facts_differ", "size_differs", "color_differs", "edition_shared",
                  "edition_alone")  # fmt: skip
_SIZES, _COLOR, _EDITION = len(DIMENSIONS), ATTRIBUTES.index("color"), ATTRIBUTES.index("edition")


@kernel
def compare_facts(
    starts: Ints, tokens: Facts, left: npt.NDArray[np.int32], right: npt.NDArray[np.int32],
    found: npt.NDArray[np.float32],
) -> None:  # fmt: skip
    """Fill the columns `KINDS_OF_FACTS`: attributes in which two offers agree, or differ: both say
    something, and nothing the same. Editions count word by word."""
    for pair in range(len(left)):
        a, b = left[pair], right[pair]
        at, other, end, last = starts[a], starts[b], starts[a + 1], starts[b + 1]
        agree, differ, size, color, shared, alone = 0.0, 0.0, np.nan, np.nan, 0.0, 0.0
        while at < end or other < last:
            one = tokens[at] >> np.uint32(24) if at < end else np.uint32(255)
            two = tokens[other] >> np.uint32(24) if other < last else np.uint32(255)
            attribute = min(one, two)
            same, ours, theirs = 0, 0, 0
            while (at < end and tokens[at] >> np.uint32(24) == attribute) or (
                other < last and tokens[other] >> np.uint32(24) == attribute
            ):
                first = tokens[at] if at < end else np.uint32(0xFFFFFFFF)
                second = tokens[other] if other < last else np.uint32(0xFFFFFFFF)
                if first == second:
                    same += 1
                    at, other, ours, theirs = at + 1, other + 1, ours + 1, theirs + 1
                elif first < second:
                    at, ours = at + 1, ours + 1
                else:
                    other, theirs = other + 1, theirs + 1
            if attribute == _EDITION:
                shared, alone = float(same), float(ours + theirs - 2 * same)
            elif ours > 0 and theirs > 0:
                differs = 1.0 if same == 0 else 0.0
                agree, differ = agree + 1.0 - differs, differ + differs
                if attribute < _SIZES:
                    size = differs if np.isnan(size) else max(size, differs)
                elif attribute == _COLOR:
                    color = differs
        found[pair, 0], found[pair, 1], found[pair, 2] = agree, differ, size
        found[pair, 3], found[pair, 4], found[pair, 5] = color, shared, alone
