"""Records as numbers: every column coded by the distinct normal values it holds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from onebasket.align.people.fields import Field
from onebasket.align.people.normal import normal

Codes = npt.NDArray[np.int32]
_THREADS = 2


@dataclass(frozen=True)
class Coded:
    """One field of all records. `codes[i]` is the place of record i's value in `values`; -1: none."""

    field: Field
    codes: Codes  # shape (records,)
    values: pa.StringArray  # distinct normal values
    counts: npt.NDArray[np.int64]  # how many records hold each value

    @property
    def chance(self) -> float:
        """The probability that two records which hold a value hold the same one."""
        held = float(self.counts.sum())
        agreeing = float((self.counts * (self.counts - 1.0)).sum())
        return agreeing / (held * (held - 1.0)) if held > 1 else 0.0


@dataclass(frozen=True)
class Records:
    """All records of a table, field by field."""

    size: int
    fields: tuple[Coded, ...]
    _derived: dict[tuple[str, str], Codes] = field(default_factory=dict)

    def __getitem__(self, column: str) -> Coded:
        for coded in self.fields:
            if coded.field.column == column:
                return coded
        raise KeyError(column)

    def codes(self, column: str, form: str) -> Codes:
        """The codes of a form of a column: `whole`, `start3`, `year`, … (see `blocking`)."""
        if (column, form) not in self._derived:
            self._derived[column, form] = _formed(self[column], form)
        return self._derived[column, form]


def encode(table: pa.Table, fields: Sequence[Field]) -> Records:
    """Normalise and code the columns of a table. Given and family names share one dictionary."""
    with ThreadPoolExecutor(_THREADS) as pool:
        coded = list(pool.map(lambda each: _encoded(table[each.column], each), fields))
    coded = _with_shared_names(coded)
    # The codes of one record lie side by side: a pair is compared field by field, but fetched once.
    rows = np.stack([each.codes for each in coded], axis=1) if coded else np.zeros((0, 0), np.int32)
    return Records(
        table.num_rows, tuple(replace(each, codes=rows[:, place]) for place, each in enumerate(coded))
    )


def _encoded(column: pa.ChunkedArray, said: Field) -> Coded:
    texts = column if pa.types.is_string(column.type) else column.cast(pa.string())
    raw = pc.dictionary_encode(texts.combine_chunks())
    if isinstance(raw, pa.ChunkedArray):
        raw = raw.combine_chunks()
    return _recoded(raw, normal(raw.dictionary, said.kind), said)


def _recoded(raw: pa.DictionaryArray, normalised: pa.StringArray, said: Field) -> Coded:
    """Codes of normal values from codes of values as said."""
    distinct = pc.dictionary_encode(normalised)
    new = pc.fill_null(distinct.indices, -1).to_numpy(zero_copy_only=False).astype(np.int32)
    old = pc.fill_null(raw.indices, -1).to_numpy(zero_copy_only=False)
    codes = np.append(new, np.int32(-1))[old]  # a null, coded -1, reads the last
    values = distinct.dictionary
    return Coded(said, codes, values, np.bincount(codes[codes >= 0], minlength=len(values)))


def _with_shared_names(coded: Sequence[Coded]) -> list[Coded]:
    """Names given and family are compared across, too: they need codes of one dictionary."""
    names = [each for each in coded if each.field.kind in ("given_name", "family_name")]
    if len(names) < 2:
        return list(coded)
    every = pa.concat_arrays([each.values for each in names])
    together = pc.dictionary_encode(every)
    places = together.indices.to_numpy(zero_copy_only=False).astype(np.int32)
    values = together.dictionary
    shared: dict[str, Coded] = {}
    start = 0
    for each in names:
        own = np.append(places[start : start + len(each.values)], np.int32(-1))
        codes = own[each.codes]
        counts = np.bincount(codes[codes >= 0], minlength=len(values))
        shared[each.field.column] = Coded(each.field, codes, values, counts)
        start += len(each.values)
    return [shared.get(each.field.column, each) for each in coded]


_FORMS: Mapping[str, tuple[int, int | None]] = {
    "start2": (0, 2), "start3": (0, 3), "start4": (0, 4), "year": (0, 4), "month_day": (5, None),
}  # fmt: skip


def _formed(coded: Coded, form: str) -> Codes:
    if form == "whole":
        return coded.codes
    start, stop = _FORMS[form]
    parts = pc.dictionary_encode(pc.utf8_slice_codeunits(coded.values, start, stop))
    blank = pc.equal(parts.dictionary, "").to_numpy(zero_copy_only=False)
    places = parts.indices.to_numpy(zero_copy_only=False).astype(np.int32)
    places[blank[places]] = -1
    return np.append(places, np.int32(-1))[coded.codes]
