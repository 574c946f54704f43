"""Offers' texts in normal form, as code points of known kinds.

Case, width, accents, traditional characters, tags and entities fall away. Most texts are plain ASCII and
are made normal by Arrow all at once; the others one by one.
"""

from __future__ import annotations

import functools
import html
import re
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from onebasket.spelling import fold, simplified

Points = npt.NDArray[np.uint32]
Kinds = npt.NDArray[np.uint8]
Ints = npt.NDArray[np.int64]
HEAD, BODY = 600, 3000  # characters of a title, and of all an offer says, that are read
NEITHER, LETTER, DIGIT, ALONE = range(4)
_TAG = re.compile(
    r"<(?:style|script)\b.{0,10000}?</(?:style|script)>|<!--.{0,1000}?-->|</?[a-zA-Z!][^<>]{0,1000}>",
    re.DOTALL,
)
_HAN = re.compile(r"[\u2e80-\u9fff\uf900-\ufaff]")


def normal(values: pa.ChunkedArray | pa.Array, most: int) -> pa.StringArray:
    """The normal form of each text, cut off at `most` characters; an empty one for a null."""
    texts = pc.fill_null(values.cast(pa.string()), "")
    if isinstance(texts, pa.ChunkedArray):
        texts = texts.combine_chunks()
    marked = pc.match_substring_regex(texts, "[&<]")
    unusual = pc.or_(marked, pc.invert(pc.string_is_ascii(texts)))
    plain = pc.ascii_lower(pc.utf8_slice_codeunits(texts, 0, most))
    if not unusual.true_count:
        return plain
    some = [_one(text, most) for text in texts.filter(unusual).to_pylist()]
    return pc.replace_with_mask(plain, unusual, pa.array(some, pa.string()))


def _one(text: str, most: int) -> str:
    text = text[: 8 * most]  # markup may hide the text behind it, but not for ever
    if "&" in text or "<" in text:
        text = _TAG.sub(" ", html.unescape(text))
    text = fold(text[: 2 * most])
    return (simplified(text) if _HAN.search(text) else text)[:most]


def points(texts: Sequence[str]) -> tuple[Points, Kinds, Ints]:
    """Code points of texts one behind the other, what kind each is, and where each text begins."""
    starts = np.zeros(len(texts) + 1, np.int64)
    np.cumsum([len(text) for text in texts], out=starts[1:])
    letters = np.frombuffer("".join(texts).encode("utf-32-le", "replace"), np.uint32)
    return letters, _kinds()[np.minimum(letters, _BEYOND)], starts


_BEYOND = np.uint32(0x30000)  # no letters that shops write stand behind


@functools.cache
def _kinds() -> Kinds:
    """What each code point is: part of a word, a digit, a word alone (Chinese, kana, hangul), or neither."""
    kinds = np.zeros(_BEYOND + 1, np.uint8)
    for code in range(_BEYOND):
        sign = chr(code)
        if sign.isdecimal():
            kinds[code] = DIGIT
        elif sign.isalnum():
            alone = 0x2E80 <= code <= 0x9FFF or 0xAC00 <= code <= 0xD7AF or 0xF900 <= code <= 0xFAFF
            kinds[code] = ALONE if alone or code >= 0x20000 else LETTER
    return kinds
