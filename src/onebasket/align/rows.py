"""A table's rows and the ids that users call them by."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from onebasket.errors import MatchError

Ints = npt.NDArray[np.int64]
_ID_NAMES = re.compile(
    r"^(?:unique|rec(?:ord)?|row|source|product|offer|item|listing)?[_ .-]?(?:id|key|no|nr)$", re.IGNORECASE
)


@dataclass(frozen=True)
class Ids:
    """The records' ids, a row each: a column's, or the numbers of the rows.

    `note` says why rows are numbered where a column is called as ids are.
    """

    column: str | None
    values: pa.Array
    note: str = ""

    @classmethod
    def of(cls, table: pa.Table, column: str | None) -> Ids:
        """Those of a column, or of the one that looks like it. Raises MatchError where none are."""
        stated, column = column is not None, column or find_id(table)
        if column is None:
            return cls(None, pa.array(np.arange(table.num_rows)), _why_numbered(table))
        values = column_of(table, column).combine_chunks()
        if isinstance(values, pa.ChunkedArray):
            values = pa.concat_arrays(values.chunks)
        if not stated:
            return cls(column, values)
        if _unfit(values):
            raise MatchError(
                f"The ids in {column!r} do not tell records apart.",
                found=_unfit(values),
                expected="an id of its own for every record",
                next_step="name another column, or leave the column out: rows are numbered then",
            )
        return cls(column, values)

    def fresh(self, said: Sequence[Any], rows: int, known: pa.Array) -> pa.Array:
        """Ids of so many further records. Raises MatchError unless they are new and tell them apart."""
        try:
            ids = pa.array(said, self.values.type)
        except (pa.ArrowInvalid, pa.ArrowTypeError) as error:
            raise MatchError("An id is not of the ids' type.", expected=str(self.values.type)) from error
        wrong = len(ids) != rows or ids.null_count > 0 or pc.count_distinct(ids).as_py() != len(ids)
        if wrong or pc.any(pc.is_in(known, value_set=ids)).as_py():
            raise MatchError(
                "The ids of the new records do not tell them apart.",
                found=f"{len(ids):,} ids for {rows:,} records",
                expected="a new id for every record",
                state="nothing was added",
            )
        return ids

    def places(self, said: Sequence[Any]) -> Ints:
        """The rows of ids. Raises MatchError for one that is unknown."""
        try:
            wanted = pa.array(said, self.values.type)
        except (pa.ArrowInvalid, pa.ArrowTypeError) as error:
            raise MatchError("An id is not of the ids' type.", expected=str(self.values.type)) from error
        found = pc.index_in(wanted, value_set=self.values)
        if found.null_count:
            raise MatchError(
                f"There is no record {wanted.filter(pc.is_null(found))[0]}.",
                expected=f"ids of {self.column}" if self.column else "rows, counted from 0",
                next_step=self.note or None,
            )
        return np.asarray(found.to_numpy(zero_copy_only=False), np.int64)


def find_id(table: pa.Table) -> str | None:
    """The column that identifies a record: called like one, without nulls, each value once."""
    for name in table.column_names:
        named = is_called_id(name) and not table[name].null_count
        if named and distinct(table[name]) == table.num_rows:
            return str(name)
    return None


def _unfit(values: pa.ChunkedArray | pa.Array) -> str:
    """Why values are no ids; empty: they are."""
    again = len(values) - values.null_count - distinct(values)
    told = f"{again:,} say what another says, {values.null_count:,} are missing"
    return told if again or values.null_count else ""


def _why_numbered(table: pa.Table) -> str:
    named = [name for name in table.column_names if is_called_id(name)]
    if not named or not table.num_rows:
        return ""
    return f"Rows are called by their numbers, from 0: of the ids in {named[0]!r} {_unfit(table[named[0]])}."


def is_called_id(name: str) -> bool:
    """Whether a column is called as ids are."""
    return bool(_ID_NAMES.match(name.strip()))


def distinct(values: pa.ChunkedArray | pa.Array) -> int:
    """How many different values there are. Whole numbers are sorted: a fraction of the time of hashing."""
    if not pa.types.is_integer(values.type) or values.null_count or not len(values):
        return int(pc.count_distinct(values).as_py())
    numbers = np.sort(values.to_numpy() if isinstance(values, pa.ChunkedArray) else values.to_numpy(False))
    return int((np.diff(numbers) != 0).sum()) + 1


def column_of(table: pa.Table, column: str) -> pa.ChunkedArray:
    """A column by its name. Raises MatchError where there is none."""
    if column not in table.column_names:
        raise MatchError(
            f"The table has no column {column!r}.",
            found=", ".join(table.column_names),
            next_step="name one of its columns",
        )
    return table[column]


def table_of(data: Any) -> pa.Table:
    """The Arrow table of anything that hands one out; texts that it keeps as views or categories are texts.

    Raises MatchError for what is no table.
    """
    try:
        table = data if isinstance(data, pa.Table) else pa.table(data)
    except (TypeError, ValueError) as error:
        raise MatchError(
            "This is no table.",
            found=f"{type(data).__name__}: {str(error)[:200]}",
            expected="an Arrow table, or what hands one out: polars, pandas, DuckDB",
        ) from error
    for place, field in enumerate(table.schema):
        kind = field.type.value_type if pa.types.is_dictionary(field.type) else field.type
        kind = pa.string() if pa.types.is_string_view(kind) else kind
        if kind != field.type:
            table = table.set_column(place, field.name, table.column(place).cast(kind))
    return table


def stated_of(
    tables: Sequence[pa.Table], fields: Mapping[str, str] | Sequence[Mapping[str, str]] | None,
    ids: str | Sequence[str | None] | None, kinds: Sequence[str],
) -> list[tuple[dict[str, str], str | None]]:  # fmt: skip
    """What a user states of each table's columns: their kinds, and which one holds the ids.

    `fields` (column → kind, or `id`) and `ids` are for all tables, of which each takes what it has, or one
    for each. Raises MatchError for a column or kind that there is none of, and for two columns of ids.
    """
    stated: Sequence[Mapping[str, str]]
    if fields is None or isinstance(fields, Mapping):
        stated, having = [fields or {}] * len(tables), [tables] * len(tables)
    else:
        stated, having = fields, [[table] for table in tables]
    if ids is None or isinstance(ids, str):
        named, holding = [ids] * len(tables), [tables] * len(tables)
    else:
        named, holding = list(ids), [[table] for table in tables]
    if not len(stated) == len(named) == len(tables):
        found = f"{len(stated)} statements of fields, {len(named)} of ids"
        raise MatchError(
            "It is not stated for each table.", found=found, expected=f"{len(tables)}, or one for all"
        )
    told = []
    for table, said, column, some, others in zip(tables, stated, named, having, holding, strict=True):
        for each, kind in said.items():
            check_stated(some, each, kind, (*kinds, "id"))
        if column is not None:
            check_stated(others, column, "id", ("id",))
        here = {each: kind for each, kind in said.items() if each in table.column_names}
        called = {each for each, kind in here.items() if kind == "id"}
        called |= {column} & set(table.column_names) if column else set()
        if len(called) > 1:
            raise MatchError(
                "A table has two columns of ids.", found=", ".join(sorted(called)), expected="one of them"
            )
        kept = {each: kind for each, kind in here.items() if kind != "id"}
        told.append((kept, next(iter(called), None)))
    return told


def check_names(table: pa.Table) -> None:
    """Raises MatchError where several columns share a name."""
    twice = [name for name, times in Counter(table.column_names).items() if times > 1]
    if twice:
        raise MatchError(
            f"The table has {len(twice)} names that several columns share.",
            found=", ".join(twice),
            expected="a name of its own for every column",
        )


def check_stated(tables: Sequence[pa.Table], column: str, kind: str, kinds: Sequence[str]) -> None:
    """Raises MatchError where a user states a kind of a column that no table has, or a kind that is none."""
    if not any(column in table.column_names for table in tables):
        raise MatchError(
            f"There is no column {column!r}.",
            found="; ".join(", ".join(table.column_names) for table in tables),
            next_step="name one of the columns",
        )
    if kind not in kinds:
        raise MatchError(
            f"There is no kind of field {kind!r}.", found=f"{column}={kind}", expected=", ".join(kinds)
        )


def groups_of(column: pa.ChunkedArray) -> Ints:
    """Equal numbers for equal values; -1: missing."""
    coded = pc.dictionary_encode(column.combine_chunks())
    if isinstance(coded, pa.ChunkedArray):
        coded = coded.combine_chunks()
    return np.asarray(pc.fill_null(coded.indices, -1).to_numpy(zero_copy_only=False), np.int64)
