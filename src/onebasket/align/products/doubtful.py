"""Pairs that the model cannot tell are shown to a judge, who is believed more than the model."""

from __future__ import annotations

import json
from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from onebasket.accounting import Progress
from onebasket.align.products.additive import Values
from onebasket.align.products.comparing import Pair
from onebasket.align.products.fields import Field
from onebasket.judging import Judge

_BELIEVED = 3.0  # log odds of a pair that was judged; one said to be different has less than 0
_AT_ONCE = 20
_LONGEST = 300  # characters of a value that are shown
_SHOWN = ("title", "brand", "model", "price", "currency", "category", "size", "pack", "color", "material",
          "description", "free")  # fmt: skip


def asked(
    judge: Judge, tables: Sequence[pa.Table], fields: Sequence[Sequence[Field]], left: Pair, right: Pair,
    scores: Values, progress: Progress,
) -> Values:  # fmt: skip
    """The log odds of pairs, with what the judge says of those in its band, nearest to a toss-up first."""
    band = judge.band
    chance = 1.0 / (1.0 + np.exp(-scores))
    doubtful = np.flatnonzero((chance >= band.low) & (chance <= band.high))
    order = doubtful[np.lexsort((doubtful, np.abs(scores[doubtful])))]
    shown = _Shown(tables, fields)
    told = scores.copy()
    for start in range(0, len(order), _AT_ONCE):
        progress("ask", start, len(order))
        some = order[start : start + _AT_ONCE]
        said = judge.say([(shown.text(int(left[pair])), shown.text(int(right[pair]))) for pair in some])
        for pair, same in zip(some, said, strict=True):
            if same is not None:
                told[pair] = _BELIEVED if same else -_BELIEVED
    progress("ask", len(order), len(order))
    return told


class _Shown:
    """What offers say, as JSON of a line, the title first; offers are numbered through all catalogues."""

    def __init__(self, tables: Sequence[pa.Table], fields: Sequence[Sequence[Field]]) -> None:
        self._tables, self._fields = tables, fields
        self._ends = np.cumsum([table.num_rows for table in tables])

    def text(self, offer: int) -> str:
        """One offer's."""
        place = int(np.searchsorted(self._ends, offer, side="right"))
        row = offer - (int(self._ends[place - 1]) if place else 0)
        table, said = self._tables[place], {}
        shown = [field for field in self._fields[place] if field.kind in _SHOWN]
        for each in sorted(shown, key=lambda field: _SHOWN.index(field.kind)):
            value = table[each.column][row].as_py()
            if value not in (None, ""):
                said[each.column] = str(value)[:_LONGEST]
        return json.dumps(said, ensure_ascii=False)
