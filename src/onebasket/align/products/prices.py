"""Prices as numbers, however a shop writes them: `$1,299.00`, `1.299,00 €`, `1 299`, `5 - 10`, `1e12`."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from onebasket.align.products.fields import Field

_READ = 64  # characters of a cell
_BEYOND = 1e15  # nothing costs so much: a barcode in the wrong column
_NEGATIVE = r"^\s*(?:[A-Z]{3}|\p{Sc})?\s*[-−]"
_BLANK = r"[ \x{a0}\x{202f}'’]"
_POWER = r"(?:[eE]\+?[0-9]{1,3})?"
_AMOUNT = rf"(?P<said>(?:[0-9]+(?:{_BLANK}[0-9]{{3}})*(?:[.,][0-9]+)*|\.[0-9]+){_POWER})"
_DECIMAL_COMMA = r"^[0-9]*,(?:[0-9]{1,2}|[0-9]{4,})$|^[0-9]+(?:\.[0-9]+)+,[0-9]+$"
_THOUSANDS = r"^[0-9]{1,3}(?:\.[0-9]{3}){2,}$"
_NUMBER = rf"^(?:[0-9]+\.?[0-9]*|\.[0-9]+){_POWER}$"


def prices(table: pa.Table, fields: Sequence[Field]) -> npt.NDArray[np.float64]:
    """The price of each offer, the first where a cell names several; what is none, not above 0, or
    beyond 10¹⁵, is nan.

    A comma with three digits behind it sets thousands apart, a point does not, where nothing else tells.
    """
    column = next((each.column for each in fields if each.kind == "price"), None)
    if column is None:
        return np.full(table.num_rows, np.nan)
    said = table[column]
    if not (pa.types.is_floating(said.type) or pa.types.is_integer(said.type)):
        said = _amounts(pc.utf8_slice_codeunits(said.cast(pa.string()), 0, _READ))
    found = pc.fill_null(said.cast(pa.float64()), np.nan).to_numpy()
    return np.where((found > 0) & (found < _BEYOND), found, np.nan)


def _amounts(texts: pa.ChunkedArray) -> pa.ChunkedArray:
    """The first amount of each text, in digits with a point; null: none, or one below nought."""
    said = pc.struct_field(pc.extract_regex(texts, _AMOUNT), "said")
    said = pc.if_else(pc.match_substring_regex(texts, _NEGATIVE), None, said)
    bare = pc.replace_substring_regex(said, _BLANK, "")
    comma = pc.replace_substring(pc.replace_substring(bare, ".", ""), ",", ".")
    point = pc.replace_substring(bare, ",", "")
    bare = pc.if_else(pc.match_substring_regex(bare, _DECIMAL_COMMA), comma, point)
    bare = pc.if_else(pc.match_substring_regex(bare, _THOUSANDS), pc.replace_substring(bare, ".", ""), bare)
    return pc.if_else(pc.match_substring_regex(bare, _NUMBER), bare, None)
