"""What a user asks of matching, in ids and column names, as rows and fields."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypedDict

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from onebasket.align.people.blocking import MOST_PAIRS, Rule
from onebasket.align.people.clustering import Limits
from onebasket.align.people.fields import Field, distinct, find_fields, find_id, state_fields
from onebasket.align.people.labels import Labels
from onebasket.align.people.matching import THRESHOLD, Settings
from onebasket.errors import MatchError

Ints = npt.NDArray[np.int64]


class Wishes(TypedDict, total=False):
    """What else may be asked of matching.

    `threshold`: the probability from which on two records are linked (default one half). `together` and
    `apart`: pairs of record ids that must, or must not, be one person. `labels`: pairs of record ids with
    a judgement, from which weights are learnt. `one_per`: a column of which a person has one record a
    value, such as a source without duplicates. `one_birth_date`: whether dates of birth that contradict
    each other, by more than a slip, are of two people whatever else agrees. `most_pairs`: how many
    candidates may be compared.
    """

    threshold: float
    together: Iterable[tuple[Any, Any]]
    apart: Iterable[tuple[Any, Any]]
    labels: Iterable[tuple[Any, Any, bool]]
    one_per: str
    one_birth_date: bool
    most_pairs: int
    seed: int


@dataclass(frozen=True)
class Ids:
    """The records' ids, a row each: a column's, or the numbers of the rows."""

    column: str | None
    values: pa.Array

    @classmethod
    def of(cls, table: pa.Table, column: str | None) -> Ids:
        """Those of a column, or of the one that looks like it. Raises MatchError where none are."""
        stated, column = column is not None, column or find_id(table)
        if column is None:
            return cls(None, pa.array(np.arange(table.num_rows)))
        values = column_of(table, column).combine_chunks()
        if isinstance(values, pa.ChunkedArray):
            values = pa.concat_arrays(values.chunks)
        if not stated:
            return cls(column, values)
        again = len(values) - values.null_count - distinct(values)
        if again or values.null_count:
            found = f"{again:,} say what another says, {values.null_count:,} are missing"
            raise MatchError(
                f"The ids in {column!r} do not tell records apart.",
                found=found,
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
            )
        return np.asarray(found.to_numpy(zero_copy_only=False), np.int64)


def settings_of(table: pa.Table, ids: Ids, rules: Sequence[str] | None, wishes: Wishes) -> Settings:
    """Settings by row. Raises MatchError for what cannot be."""
    threshold = wishes.get("threshold", THRESHOLD)
    if not 0.0 < threshold < 1.0:
        raise MatchError("The threshold is a probability.", found=str(threshold), expected="between 0 and 1")
    holders = None
    if one_per := wishes.get("one_per"):
        sources = groups_of(column_of(table, one_per))
        holders = np.stack([sources, np.arange(len(sources))], axis=1)[:, None]
    return Settings(
        rules=None if rules is None else [Rule.parse(rule) for rule in rules],
        threshold=threshold,
        limits=Limits(
            apart=_pairs(ids, wishes.get("apart", ())),
            together=_pairs(ids, wishes.get("together", ())),
            holders=holders,
        ),
        labels=_labels(ids, wishes.get("labels", ())),
        one_birth_date=wishes.get("one_birth_date", False),
        most_pairs=wishes.get("most_pairs", MOST_PAIRS),
        seed=wishes.get("seed", 0),
    )


def fields_of(table: pa.Table, stated: Mapping[str, str] | None, left_out: Sequence[str]) -> list[Field]:
    """The fields as stated, or found. Raises MatchError where nothing says who a person is."""
    fields = find_fields(table, left_out) if stated is None else state_fields(table, stated)
    if not fields and table.num_rows:
        raise MatchError(
            "No column says who a person is.",
            found=", ".join(table.column_names) or "no columns",
            expected="names, dates of birth, addresses, e-mail, telephone … that are not all alike",
            next_step="state the fields: column and kind",
        )
    return fields


def column_of(table: pa.Table, column: str) -> pa.ChunkedArray:
    """A column by its name. Raises MatchError where there is none."""
    if column not in table.column_names:
        raise MatchError(
            f"The table has no column {column!r}.",
            found=", ".join(table.column_names),
            next_step="name one of its columns",
        )
    return table[column]


def groups_of(column: pa.ChunkedArray) -> Ints:
    """Equal numbers for equal values; -1: missing."""
    coded = pc.dictionary_encode(column.combine_chunks())
    if isinstance(coded, pa.ChunkedArray):
        coded = coded.combine_chunks()
    return np.asarray(pc.fill_null(coded.indices, -1).to_numpy(zero_copy_only=False), np.int64)


def _pairs(ids: Ids, said: Iterable[tuple[Any, Any]]) -> Ints | None:
    both = list(said)
    if not both:
        return None
    return np.stack([ids.places([pair[side] for pair in both]) for side in (0, 1)], axis=1)


def _labels(ids: Ids, said: Iterable[tuple[Any, Any, bool]]) -> Labels | None:
    judged = list(said)
    if not judged:
        return None
    left, right = (ids.places([each[side] for each in judged]).astype(np.int32) for side in (0, 1))
    return Labels(left, right, np.array([each[2] for each in judged], np.bool_))
