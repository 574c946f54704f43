"""Names that stand for others: short forms, spellings, and Chinese names in Latin letters."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from onebasket.spelling import full_forms


def short_for(values: pa.StringArray) -> npt.NDArray[np.int32]:
    """Equal numbers for names that may be one: `bill` and `william`, `伟` and `wei`."""
    forms = full_forms()
    place = pc.index_in(values, value_set=pa.array(list(forms), pa.string()))
    meant = pc.coalesce(pc.take(pa.array(list(forms.values()), pa.string()), place), values)
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
