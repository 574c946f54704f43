"""What a user asks of matching, in ids and column names, as rows and fields."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypedDict

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from onebasket.align.clustering import Limits
from onebasket.align.people.blocking import MOST_PAIRS, Rule
from onebasket.align.people.fields import Field, find_fields, state_fields
from onebasket.align.people.labels import Labels
from onebasket.align.people.matching import THRESHOLD, Settings
from onebasket.align.rows import Ids, column_of, groups_of
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
