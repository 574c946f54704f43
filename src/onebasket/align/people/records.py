"""Records as numbers: every column coded by the distinct normal values it holds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from onebasket.align.people.fields import Field
from onebasket.align.people.nicknames import short_for
from onebasket.align.people.normal import normal
from onebasket.align.people.sounds import Sounds, of_names, of_words
from onebasket.align.people.strings import Texts, Words
from onebasket.align.threads import side_by_side

Codes = npt.NDArray[np.int32]
Ints = npt.NDArray[np.int64]
FORMS: Mapping[str, tuple[int, int]] = {
    "whole": (0, 64), "start2": (0, 2), "start3": (0, 3), "start4": (0, 4), "year": (0, 4),
    "month_day": (5, 10),
}  # fmt: skip


class Values:
    """Distinct normal values of a column, or of two that are compared across."""

    def __init__(self, array: pa.StringArray, texts: Texts | None = None) -> None:
        self.array, self._texts = array, texts
        self._hashes: dict[str, Words] = {}
        self._meant: Codes | None = None
        self._sounds: Sounds | None = None

    def __len__(self) -> int:
        return len(self.array)

    @property
    def texts(self) -> Texts:
        if self._texts is None:
            self._texts = Texts.of(self.array)
        return self._texts

    def hashes(self, form: str) -> Words:
        """A number a value, equal where the form of it is, whatever other values there are; 0: none.

        One more stands at the end for what is missing, so that code -1 reads it.
        """
        if form not in self._hashes:
            found = self.texts.hashes(*FORMS[form])
            self._hashes[form] = np.append(found, np.uint64(0))
        return self._hashes[form]

    @property
    def meant(self) -> Codes:
        """Equal numbers for names that may be one; see `nicknames.short_for`."""
        if self._meant is None:
            self._meant = short_for(self.array)
        return self._meant

    def sounds(self, names: bool) -> Sounds:
        """How values sound, names or other words, where some are Chinese and some are not."""
        if self._sounds is None:
            self._sounds = (of_names if names else of_words)(self.array)
        return self._sounds

    def with_more(self, more: pa.StringArray) -> Values:
        """These and others, distinct from these, behind them."""
        texts = self._texts and self._texts.with_more(Texts.of(more))
        return Values(pa.concat_arrays([self.array, more]), texts)


@dataclass(frozen=True)
class Coded:
    """One field of all records. `codes[i]` is the place of record i's value in `values`; -1: none."""

    field: Field
    codes: Codes  # shape (records,)
    values: Values
    counts: Ints  # how many records hold each value
    held: int  # how many hold any, where the frequencies were counted
    chance: float  # the probability that two records which hold a value hold the same one


@dataclass(frozen=True)
class Records:
    """All records of a table, field by field. `codes` (records, fields) has those of a record together."""

    codes: Codes
    fields: tuple[Coded, ...]

    @property
    def size(self) -> int:
        return len(self.codes)

    def __getitem__(self, column: str) -> Coded:
        return next(coded for coded in self.fields if coded.field.column == column)

    def hashes(self, column: str, form: str) -> Words:
        """One number a record, equal where the form of the column is (see `FORMS`); 0: missing."""
        coded = self[column]
        return coded.values.hashes(form)[coded.codes]

    def hash(self) -> Words:
        """One number a record, of all it says."""
        mixed = np.zeros(self.size, np.uint64)
        for coded in self.fields:
            mixed = mix(mixed, coded.values.hashes("whole")[coded.codes])
        return mixed

    def take(self, rows: Ints | Codes) -> Records:
        """Some records, with no values but theirs; frequencies stay those of all."""
        codes = self.codes[rows]
        new: dict[int, Values] = {}
        fields = []
        for values in {id(each.values): each.values for each in self.fields}.values():
            places = [n for n, each in enumerate(self.fields) if each.values is values]
            kept, codes[:, places] = renumbered(codes[:, places], len(values))
            new[id(values)] = Values(values.array.take(pa.array(kept)))
            for place in places:
                each = self.fields[place]
                fields.append((place, replace(each, values=new[id(values)], counts=each.counts[kept])))
        ordered = [each for _, each in sorted(fields, key=lambda item: item[0])]
        return _side_by_side(ordered, codes)

    def born(self) -> Ints:
        """Dates of birth as 19700312, shape (records,); -1: unknown."""
        for coded in self.fields:
            if coded.field.kind == "birth_date" and len(coded.values):
                dates = pc.replace_substring(coded.values.array, "-", "").cast(pa.int64()).to_numpy()
                return np.asarray(np.append(dates, -1)[coded.codes], np.int64)
        return np.full(self.size, -1, np.int64)

    def in_order(self, rows: Ints) -> Records:
        """All records in another order."""
        return _side_by_side(self.fields, np.take(self.codes, rows, axis=0))

    def with_more(self, more: Records) -> Records:
        """These records and others of the same fields after them.

        The frequencies by which agreement is judged stay as they were, new values aside.
        """
        codes = np.empty((self.size + more.size, len(self.fields)), np.int32)
        codes[: self.size] = self.codes
        united: dict[int, tuple[Values, Codes]] = {}
        made = []
        for place, (old, new) in enumerate(zip(self.fields, more.fields, strict=True)):
            if id(old.values) not in united:
                united[id(old.values)] = _united(old.values, new.values)
            values, places = united[id(old.values)]
            codes[self.size :, place] = np.append(places, np.int32(-1))[new.codes]
            counts = np.bincount(codes[self.size :, place] + 1, minlength=len(values) + 1)[1:]
            counts[: len(old.counts)] += old.counts
            made.append(replace(old, values=values, counts=counts))
        return _side_by_side(made, codes)


def mix(mixed: Words, more: Words) -> Words:
    """Two numbers as one, in which order counts."""
    mixed = (mixed ^ more) * np.uint64(0x9E3779B97F4A7C15)
    return np.asarray(mixed ^ (mixed >> np.uint64(29)))


def encode(table: pa.Table, fields: Sequence[Field]) -> Records:
    """Normalise and code the columns of a table. Given and family names share one dictionary."""
    heaviest = sorted(fields, key=lambda each: -table[each.column].nbytes)
    coded = side_by_side(lambda each: _encoded(table[each.column], each), heaviest, table.num_rows)
    made = dict(zip(heaviest, coded, strict=True))
    coded = _with_shared_names([made[each] for each in fields])
    codes = (
        np.stack([each.codes for each in coded], axis=1) if coded else np.zeros((table.num_rows, 0), np.int32)
    )
    return _side_by_side(coded, codes)


def _side_by_side(fields: Sequence[Coded], codes: Codes) -> Records:
    """A pair is compared field by field, but fetched once: so the codes of a record lie together."""
    return Records(codes, tuple(replace(each, codes=codes[:, place]) for place, each in enumerate(fields)))


def _encoded(column: pa.ChunkedArray, said: Field) -> Coded:
    if column.null_count == len(column):
        return _counted(said, np.full(len(column), -1, np.int32), Values(pa.array([], pa.string())))
    texts = column if pa.types.is_string(column.type) else column.cast(pa.string())
    raw = pc.dictionary_encode(texts.combine_chunks())
    if isinstance(raw, pa.ChunkedArray):
        raw = raw.combine_chunks()
    return _recoded(raw, normal(raw.dictionary, said.kind), said)


def _recoded(raw: pa.DictionaryArray, normalised: pa.StringArray, said: Field) -> Coded:
    """Codes of normal values from codes of values as said."""
    old = _numbers(raw.indices)
    if normalised.equals(raw.dictionary):
        values = Values(normalised)
        codes = old
    else:
        distinct = pc.dictionary_encode(normalised)
        new = _numbers(distinct.indices)
        codes = np.append(new, np.int32(-1))[old]  # a null, coded -1, reads the last
        values = Values(distinct.dictionary)
    values.hashes("whole")  # made here, beside other columns'
    return _counted(said, codes, values)


def _numbers(places: pa.Array) -> Codes:
    """Places as numbers; -1 for none."""
    filled = pc.fill_null(places, -1) if places.null_count else places
    return np.asarray(filled.to_numpy(zero_copy_only=False), np.int32)


def _counted(said: Field, codes: Codes, values: Values) -> Coded:
    counts = np.bincount(codes[codes >= 0], minlength=len(values))
    held = int(counts.sum())
    agreeing = float((counts * (counts - 1.0)).sum())
    return Coded(said, codes, values, counts, held, agreeing / (held * (held - 1.0)) if held > 1 else 0.0)


def _with_shared_names(coded: Sequence[Coded]) -> list[Coded]:
    """Names given and family are compared across, too: they need codes of one dictionary."""
    names = [each for each in coded if each.field.kind in ("given_name", "family_name")]
    if len(names) < 2:
        return list(coded)
    shared: dict[str, Coded] = {}
    together = names[0].values
    translated = []
    for each in names:
        together, places = _united(together, each.values)
        translated.append(np.append(places, np.int32(-1)))
    for each, places in zip(names, translated, strict=True):
        shared[each.field.column] = _counted(each.field, places[each.codes], together)
    return [shared.get(each.field.column, each) for each in coded]


def renumbered(codes: Codes, size: int) -> tuple[Codes, Codes]:
    """The codes that occur, of `size` that might, and each code's place among them; -1 stays."""
    if codes.size < size // 16:  # sorting few is cheaper than marking many
        kept = np.unique(codes)
        kept = kept[kept >= 0]
        return kept, np.where(codes < 0, -1, np.searchsorted(kept, codes)).astype(np.int32)
    marks = np.zeros(size + 1, np.bool_)
    marks[codes] = True  # -1 marks the last
    marks[-1] = False
    places = np.cumsum(marks, dtype=np.int32) - np.int32(1)
    places[-1] = -1
    return np.flatnonzero(marks).astype(np.int32), places[codes]


def _united(values: Values, more: Values) -> tuple[Values, Codes]:
    """Values with those of `more` they lack behind them; the places of `more` among them."""
    if not len(more):
        return values, np.zeros(0, np.int32)
    # Looked up among the few, not among the many: a small hash table stays in the processor's cache.
    known = _numbers(pc.index_in(values.array, value_set=more.array))
    held = np.flatnonzero(known >= 0)
    places = np.full(len(more), -1, np.int32)
    places[known[held]] = held
    missing = np.flatnonzero(places < 0)
    if not len(missing):
        return values, places
    places[missing] = len(values) + np.arange(len(missing), dtype=np.int32)
    return values.with_more(more.array.take(pa.array(missing))), places
