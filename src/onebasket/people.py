"""Matching any table of people, without a shop: from Python and for the command line."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Unpack

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from onebasket.accounting import Progress, peak_memory, silent
from onebasket.align.clustering import clusters, strongest
from onebasket.align.people.asking import Wishes, fields_of, settings_of
from onebasket.align.people.explaining import Evidence, why
from onebasket.align.people.fields import Field, find_fields
from onebasket.align.people.live import Live
from onebasket.align.people.matching import Matching, match
from onebasket.align.people.quality import Band, Quality, of_clusters, of_pairs, reliability
from onebasket.align.people.recall import estimated_recall
from onebasket.align.rows import Ids, column_of, groups_of, table_of
from onebasket.errors import MatchError

Ints = npt.NDArray[np.int64]
_THRESHOLDS = (0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99)  # tried for best_f1


def match_people(
    table: Any, *, fields: Mapping[str, str] | None = None, rules: Sequence[str] | None = None,
    truth: str | None = None, record_id: str | None = None, progress: Progress = silent,
    **wishes: Unpack[Wishes],
) -> PeopleMatch:  # fmt: skip
    """Find which rows of a table of people are one person.

    `table`: an Arrow table, or anything that hands one out (polars, pandas, DuckDB). `fields` states
    what columns mean ({"nom": "family_name"}), `rules` what candidates agree on (["email",
    "surname+dob:year"]); both are found where they are not given. `truth` names a column that says who
    is who: it is kept out of the matching and tells how good it was. `record_id` names the column of
    ids. For `wishes` see `align.people.asking.Wishes`. Raises MatchError for a table that cannot be
    matched as asked.
    """
    began = time.monotonic()
    data = table_of(table)
    ids = Ids.of(data, record_id)
    settings = settings_of(data, ids, rules, wishes)
    told = None if truth is None else groups_of(column_of(data, truth))
    if told is not None and len(told) and told.max() < 0:
        raise MatchError(
            f"The column {truth!r} says nothing.", expected="who is who, for some records at least"
        )
    left_out = [name for name in (ids.column, truth, wishes.get("one_per")) if name]
    said = fields_of(data, fields, left_out)
    halves = Halves.of(data, said, left_out) if fields is None else None  # stated ones are taken as they are
    found = match(halves.filled(data) if halves else data, said, settings, progress)
    return PeopleMatch(found, ids, halves, told, time.monotonic() - began)


@dataclass(frozen=True)
class Halves:
    """Columns of a whole name, a given and a family name, of which a row may say the one or the others."""

    whole: str
    given: str
    family: str

    @classmethod
    def of(cls, table: pa.Table, said: list[Field], left_out: Sequence[str]) -> Halves | None:
        """Those of a table. `said` are the fields found, where whole names give way to their halves."""
        half = {each.kind: each.column for each in said}
        if not {"given_name", "family_name"} <= set(half):
            return None
        whole = (each.column for each in find_fields(table, left_out, every=True) if each.kind == "full_name")
        column = next(whole, None)
        return None if column is None else cls(column, half["given_name"], half["family_name"])

    def filled(self, table: pa.Table) -> pa.Table:
        """The table with given and family name where a row says its whole name only."""
        from onebasket.clean.values.names import split

        if self.whole not in table.column_names:
            return table
        names = table[self.whole].cast(pa.string()).combine_chunks().dictionary_encode()
        parts = [
            split(" ".join(said.split())) if said else (None, None) for said in names.dictionary.to_pylist()
        ]
        given, family = (table[column].cast(pa.string()) for column in (self.given, self.family))
        bare = pc.and_(pc.is_null(given), pc.is_null(family))
        for column, said_so, place in ((self.given, given, 0), (self.family, family, 1)):
            split_off = pa.array([each[place] for each in parts], pa.string()).take(names.indices)
            at = table.column_names.index(column)
            table = table.set_column(at, column, pc.if_else(bare, split_off, said_so))
        return table


def match_path(path: Path, **asked: Any) -> PeopleMatch:
    """`match_people` for a file: CSV, NDJSON, JSON, XLSX or Parquet.

    Raises SourceError for a file that cannot be read.
    """
    from onebasket.collect.whole import read_table

    pa.set_memory_pool(pa.system_memory_pool())  # hands out memory for the first time quicker than the others
    table, notes = read_table(path)
    found = match_people(table, **asked)
    found.notes = (*notes, *found.notes)
    return found


@dataclass(frozen=True)
class Found:
    """A person found for a record: the cluster, the record that is most like, the probability."""

    cluster_id: Any
    record_id: Any
    probability: float


class PeopleMatch:
    """Who is who. Records are called by their ids, or by their row, counted from 0, without ids."""

    def __init__(
        self, matching: Matching, ids: Ids, halves: Halves | None, truth: Ints | None, seconds: float
    ) -> None:
        self.matching, self.seconds, self.peak_memory_bytes = matching, seconds, peak_memory()
        self._asked, self._halves, self._truth = ids, halves, truth
        self._ids = ids.values.take(pa.array(matching.rows))  # by record
        self._known = self._ids  # and those of records added since
        # What to know before trusting the result.
        self.notes: tuple[str, ...] = (
            *([ids.note] if ids.note else []),
            *matching.model.notes,
            *(
                f"{each.lost:,} pairs that agree on {each.rule} are in blocks too large to compare."
                for each in matching.blocking.blocks
                if each.lost
            ),
        )

    @property
    def fields(self) -> list[Field]:
        return [each.field for each in self.matching.records.fields]

    @cached_property
    def clusters(self) -> pa.Table:
        """`record_id`, `cluster_id`, `household_id`, `probability`; a row a record, in the table's order.

        A cluster and a household are called by the id of a record of theirs. The probability that the
        record belongs there is that of its strongest link; of a record alone, that it is alone.
        """
        found, pairs = self.matching, self.matching.pairs
        inside, outside = strongest(pairs.left, pairs.right, found.weights, found.clusters)
        alone = np.bincount(found.clusters, minlength=len(found.clusters))[found.clusters] == 1
        bits = np.where(alone, -outside.astype(np.float64), inside)
        probability = np.where(bits == -np.inf, 1.0, 1.0 / (1.0 + np.exp2(-bits)))  # by hand
        places = pa.array(found.places)
        return pa.table(
            {
                "record_id": self._ids.take(places),
                "cluster_id": self._ids.take(pa.array(found.clusters)).take(places),
                "household_id": self._ids.take(pa.array(found.households)).take(places),
                "probability": pa.array(probability).take(places),
            }
        )

    def pairs(self, least: float = 0.01) -> pa.Table:
        """`record_a`, `record_b`, `probability`, `weight` in bits; of pairs compared, the likeliest first.

        `least` is the probability from which on they are told.
        """
        pairs, weights = self.matching.pairs, self.matching.weights
        kept = np.flatnonzero(weights >= np.log2(least / (1.0 - least)))
        kept = kept[np.argsort(-weights[kept], kind="stable")]
        chosen = weights[kept].astype(np.float64)
        return pa.table(
            {
                "record_a": self._ids.take(pa.array(pairs.left[kept])),
                "record_b": self._ids.take(pa.array(pairs.right[kept])),
                "probability": 1.0 / (1.0 + np.exp2(-chosen)),
                "weight": chosen,
            }
        )

    def why(self, a: Any, b: Any) -> Evidence:
        """The evidence that two records are, or are not, one person. Raises MatchError for unknown ids."""
        a, b = self.matching.places[self._asked.places([a, b])].tolist()
        return why(self.matching, a, b)

    def add(self, table: Any, ids: Sequence[Any]) -> pa.Table:
        """Match new records with those known, without redoing everything.

        `ids` are the new records' ids; the table has the fields' columns. Gives `record_id`, `cluster_id` of
        the new records and of all records whose cluster changed. The model stays the one that was fitted.
        Raises MatchError for what does not fit, and adds nothing then.
        """
        data = table_of(table)
        for field in self.fields:
            column_of(data, field.column)
        fresh = self._asked.fresh(ids, data.num_rows, self._known)
        before = self._live.clusters
        numbers = self._live.add(self._halves.filled(data) if self._halves else data)
        new = np.empty(data.num_rows, np.int64)
        new[numbers - len(before)] = np.arange(data.num_rows)
        self._known = pa.concat_arrays([self._known, fresh.take(pa.array(new))])
        after = self._live.clusters
        changed = np.flatnonzero(np.append(after[: len(before)] != before, np.ones(len(numbers), np.bool_)))
        known = self._known
        return pa.table(
            {"record_id": known.take(pa.array(changed)), "cluster_id": known.take(pa.array(after[changed]))}
        )

    def lookup(self, record: Mapping[str, object], most: int = 10) -> list[Found]:
        """The people that a record, column → value, may be, likeliest first; in milliseconds."""
        known, halves = self._known, self._halves
        if halves and record.get(halves.whole):
            names = {each: record.get(each) for each in (halves.whole, halves.given, halves.family)}
            row = pa.Table.from_pylist([names], pa.schema([(each, pa.string()) for each in names]))
            record = {**record, **halves.filled(row).to_pylist()[0]}
        return [
            Found(known[hit.cluster].as_py(), known[hit.record].as_py(), hit.probability)
            for hit in self._live.lookup(record, most)
        ]

    @cached_property
    def quality(self) -> tuple[Quality, Quality] | None:
        """Of pairs and of clusters, where the truth is known."""
        if self._truth is None:
            return None
        found, pairs = self.matching, self.matching.pairs
        truth = self._truth[found.rows]
        links = of_pairs(pairs.left, pairs.right, found.weights, truth, found.settings.cut)
        best = 0.0
        for threshold in _THRESHOLDS:
            cut = float(np.log2(threshold / (1.0 - threshold)))
            tried = clusters(found.records.size, pairs.left, pairs.right, found.weights, cut, found.limits)
            best = max(best, of_clusters(tried, truth).f1)
        return links, of_clusters(found.clusters, truth, best)

    @cached_property
    def reliability(self) -> list[Band] | None:
        """How often pairs of a probability are one person, where the truth is known."""
        if self._truth is None:
            return None
        pairs, truth = self.matching.pairs, self._truth[self.matching.rows]
        known = (truth[pairs.left] >= 0) & (truth[pairs.right] >= 0)
        return reliability(self.matching.weights[known], (truth[pairs.left] == truth[pairs.right])[known])

    @cached_property
    def estimated_recall(self) -> float | None:
        """Share of the matches that blocking brings together, estimated; see `recall`."""
        found, pairs = self.matching, self.matching.pairs
        links = np.flatnonzero(found.weights >= found.settings.cut)
        left, right = pairs.left[links], pairs.right[links]
        kept = found.clusters[left] == found.clusters[right]
        return estimated_recall(found.blocking.keys, left[kept], right[kept])

    def metrics(self) -> dict[str, Any]:
        """Everything that can be told in numbers, for JSON."""
        found = self.matching
        made = {
            "seconds": round(self.seconds, 3),
            "peak_memory_bytes": self.peak_memory_bytes,
            "records": found.records.size,
            "pairs_compared": len(found.pairs),
            "threshold": found.settings.threshold,
            "clusters_found": _groups(found.clusters),
            "households_found": _groups(found.households),
            "estimated_recall": self.estimated_recall,
            "fields": {each.column: each.kind for each in self.fields},
            "rules": [
                {"rule": str(each.rule), "pairs": each.pairs, "not_compared": each.lost}
                for each in found.blocking.blocks
            ],
            "notes": list(self.notes),
        }
        if self.quality:
            pairs, groups = self.quality
            made |= {"pairs": asdict(pairs), "clusters": asdict(groups)}
            made["reliability"] = [asdict(band) for band in self.reliability or []]
        return made

    @cached_property
    def _live(self) -> Live:
        return Live(self.matching)


def _groups(named: Ints) -> int:
    """How many groups there are: each is called by a record of its own."""
    return int((named == np.arange(len(named))).sum())
