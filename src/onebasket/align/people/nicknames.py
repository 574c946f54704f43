"""Names that stand for others: short forms, spellings, and Chinese names in Latin letters."""

from __future__ import annotations

import functools
import tomllib
from importlib.resources import files

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from onebasket.align.people.records import Codes


@functools.cache
def _full_forms() -> dict[str, str]:
    text = (files("onebasket.align.people") / "nicknames.toml").read_text(encoding="utf-8")
    forms: dict[str, str] = {}
    for full, shorts in tomllib.loads(text).items():
        for short in shorts:
            forms.setdefault(short, full)
    return forms


def short_for(values: pa.StringArray) -> Codes:
    """Equal numbers for names that may be one: `bill` and `william`, `伟` and `wei`."""
    forms = _full_forms()
    known = pa.array(list(forms), pa.string())
    full = pa.array(list(forms.values()), pa.string())
    place = pc.index_in(values, value_set=known)
    meant = pc.coalesce(pc.take(full, place), values)
    foreign = pc.invert(pc.string_is_ascii(values))
    if pc.any(foreign).as_py():
        spoken = [latin(text) for text in pc.filter(values, foreign).to_pylist()]
        meant = pc.replace_with_mask(meant, foreign, pa.array(spoken, pa.string()))
    return np.asarray(pc.dictionary_encode(meant).indices.to_numpy(zero_copy_only=False), np.int32)


def latin(text: str) -> str:
    """A text with Chinese characters as pinyin without tones, run together."""
    from pypinyin import lazy_pinyin

    return "".join(lazy_pinyin(text)).replace(" ", "").lower()
