"""Names that stand for others: short forms, spellings, and Chinese names in Latin letters."""

from __future__ import annotations

import functools
import tomllib
from importlib.resources import files

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc


@functools.cache
def _full_forms() -> tuple[pa.StringArray, pa.StringArray]:
    """Short forms, and the full form of each."""
    text = (files("onebasket.align.people") / "nicknames.toml").read_text(encoding="utf-8")
    forms: dict[str, str] = {}
    for full, shorts in tomllib.loads(text).items():
        for short in shorts:
            forms.setdefault(short, full)
    return pa.array(list(forms), pa.string()), pa.array(list(forms.values()), pa.string())


def short_for(values: pa.StringArray) -> npt.NDArray[np.int32]:
    """Equal numbers for names that may be one: `bill` and `william`, `伟` and `wei`."""
    known, full = _full_forms()
    place = pc.index_in(values, value_set=known)
    meant = pc.coalesce(pc.take(full, place), values)
    plain = pc.string_is_ascii(values)
    if plain.false_count:
        foreign = pc.invert(plain)
        spoken = [latin(text) for text in pc.filter(values, foreign).to_pylist()]
        meant = pc.replace_with_mask(meant, foreign, pa.array(spoken, pa.string()))
    return np.asarray(pc.dictionary_encode(meant).indices.to_numpy(zero_copy_only=False), np.int32)


def latin(text: str) -> str:
    """A text with Chinese characters as pinyin without tones, run together."""
    from pypinyin import lazy_pinyin

    return "".join(lazy_pinyin(text)).replace(" ", "").lower()
