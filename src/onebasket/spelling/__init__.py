"""Ways of writing the same: case, accents, scripts, short forms of names."""

from __future__ import annotations

import functools
import tomllib
import unicodedata
from collections.abc import Callable, Mapping
from importlib.resources import files

_LETTERS = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ð": "d", "æ": "ae", "œ": "oe", "þ": "th", "ı": "i"})


def fold(text: str) -> str:
    """For comparison: case, width, accents and the few letters that do not decompose fall away."""
    if text.isascii():
        return text.lower()
    text = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold().translate(_LETTERS))
    return unicodedata.normalize("NFKC", "".join(c for c in text if not unicodedata.combining(c)))


def simplified(text: str) -> str:
    """Traditional Chinese characters as simplified ones."""
    return _converter()(text)


@functools.cache
def _converter() -> Callable[[str], str]:
    from opencc import OpenCC

    convert: Callable[[str], str] = OpenCC("t2s").convert
    return convert


@functools.cache
def full_forms() -> Mapping[str, str]:
    """The full form of each common short form or spelling of a given name, folded: `bob` is `robert`."""
    text = (files("onebasket.spelling") / "nicknames.toml").read_text(encoding="utf-8")
    return {short: full for full, forms in tomllib.loads(text).items() for short in forms}
