"""Matching any two or more catalogues, without a shop: from Python and for the command line."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, TypedDict, Unpack

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from onebasket.accounting import Progress, peak_memory, silent
from onebasket.align.products.additive import WIDTH, Additive, Values
from onebasket.align.products.candidates import MOST
from onebasket.align.products.comparing import Floats, Pair
from onebasket.align.products.fields import KINDS, Field, find_fields, is_list
from onebasket.align.products.labelled import Blend
from onebasket.align.products.learning import Judged
from onebasket.align.products.matching import Matching, Settings, match
from onebasket.align.products.saved import public, restore, save
from onebasket.align.rows import Ids, Ints, stated_of, table_of
from onebasket.clean.values.gtin import gtin
from onebasket.errors import MatchError
from onebasket.judging import Band, Judge
from onebasket.results import write_text

Model = Additive | Blend
_NOTHING = Additive(np.zeros(WIDTH))
_YES, _NO = ("1", "1.0", "true", "yes", "y"), ("0", "0.0", "false", "no", "n")


@dataclass(frozen=True)
class Quality:
    """How right links of judged pairs are."""

    f1: float
    precision: float
    recall: float


class Wishes(TypedDict, total=False):
    """How to match. `alone`: learn from these catalogues only, not from public ones. `known`: what to begin
    from, in place of public ones. `model`: judge by a model that was learnt before. `one_to_one`: an offer
    is at most one offer of another catalogue. `threshold`: the probability from which on a pair is linked.
    `most`: candidates an offer has in another catalogue (default 10). `judge`: a language model that is asked
    about pairs that cannot be told.
    """

    alone: bool
    model: Model | None
    known: Additive
    one_to_one: bool
    threshold: float | None
    most: int | None
    judge: Band | None
    seed: int


def match_products(
    *catalogues: Any, fields: Sequence[Mapping[str, str]] | Mapping[str, str] | None = None,
    ids: Sequence[str | None] | str | None = None, pairs: Any = None, valid: Any = None, test: Any = None,
    progress: Progress = silent, **wishes: Unpack[Wishes],
) -> ProductsMatch:  # fmt: skip
    """Find which offers of two or more catalogues are one product.

    `catalogues`: Arrow tables, or anything that hands one out (polars, pandas, DuckDB), with any columns.
    `fields` states what columns are ({"label": "title"}), for all catalogues, of which each takes what it
    has, or one mapping each; what is not stated is found. `ids` names the columns of ids. `pairs` are
    judged pairs to learn from, `valid` such to choose the threshold on, `test` such to judge the result by:
    tables of three columns, an id of the first catalogue, one of the second, and a label, 1 or 0. Without
    pairs the model that was learnt from public catalogues is drawn to these. For `wishes` see `Wishes`.
    Raises MatchError for what cannot be matched as asked.
    """
    began = time.monotonic()
    tables = [table_of(each) for each in catalogues]
    _check(tables, pairs, wishes)
    read = [_Read.of(*each) for each in zip(tables, stated_of(tables, fields, ids, KINDS), strict=True)]
    rows = [each.ids for each in read]
    judged, chosen_on, tested = (
        None if table is None else _judged(table, rows, tables[0].num_rows, what)
        for table, what in ((pairs, "pairs"), (valid, "valid"), (test, "test"))
    )
    asked = Settings(
        known=wishes.get("known") or public()[0],
        model=wishes.get("model"),
        alone=wishes.get("alone", False),
        judged=judged,
        chosen_on=chosen_on,
        threshold=wishes.get("threshold"),
        one_to_one=wishes.get("one_to_one", False),
        most=MOST if (most := wishes.get("most")) is None else most,
        judge=None if (band := wishes.get("judge")) is None else Judge.of(band),
        seed=wishes.get("seed", 0),
    )
    found = match([each.table for each in read], [each.fields for each in read], asked, progress)
    return ProductsMatch(found, read, tested, time.monotonic() - began)


def judged_features(a: pa.Table, b: pa.Table, *, pairs: pa.Table) -> tuple[Floats, Values]:
    """Features of judged pairs of two catalogues, shape (pairs, features), and their labels."""
    read = [_Read.of(table, ({}, None)) for table in (a, b)]
    asked = _judged(pairs, [each.ids for each in read], a.num_rows, "pairs")
    settings = Settings(known=_NOTHING, model=_NOTHING)
    found = match([each.table for each in read], [each.fields for each in read], settings)
    return found.features(asked.left, asked.right), asked.labels


def match_paths(
    paths: Sequence[Path], *, pairs: Path | None = None, valid: Path | None = None, test: Path | None = None,
    model: Path | None = None, **asked: Any,
) -> ProductsMatch:  # fmt: skip
    """`match_products` for files: CSV, NDJSON, JSON, XLSX, Parquet. Raises SourceError if unreadable."""
    from onebasket.collect.whole import read_table

    read = [read_table(path) for path in paths]
    asked |= {
        name: None if path is None else read_table(path)[0]
        for name, path in (("pairs", pairs), ("valid", valid), ("test", test))
    }
    known = None if model is None else read_model(model)
    found = match_products(*(table for table, _ in read), model=known, **asked)
    found.notes = (*(note for _, notes in read for note in notes), *found.notes)
    return found


def read_model(path: Path) -> Model:
    """A model that was saved. Raises MatchError for a file that is none."""
    try:
        return restore(path.read_bytes())[0]
    except OSError as error:
        raise MatchError(f"{path} cannot be read.", found=error.strerror or str(error)) from error


class ProductsMatch:
    """Which offers are one product. Offers are called by their ids, or by their row, counted from 0."""

    def __init__(
        self, matching: Matching, read: Sequence[_Read], tested: Judged | None, seconds: float
    ) -> None:
        self.matching, self.fields = matching, [each.fields for each in read]
        self.seconds, self.peak_memory_bytes = seconds, peak_memory()
        self._rows, self._tested = [each.ids for each in read], tested
        judge = matching.settings.judge
        said = (f"Catalogue {number}: {note}" for number, each in enumerate(read, 1) for note in each.notes)
        self.notes: tuple[str, ...] = (*said, *matching.learnt.notes, *(judge.notes if judge else ()))

    @cached_property
    def links(self) -> pa.Table:
        """`catalogue_a`, `id_a`, `catalogue_b`, `id_b`, `probability`; likeliest first, catalogues from 1."""
        return self._table(np.flatnonzero(self.matching.linked))

    def candidates(self, least: float = 0.01) -> pa.Table:
        """As `links`, of all candidates of at least this probability, linked or not.

        Raises MatchError for what is no probability.
        """
        if not 0.0 <= least < 1.0:
            raise MatchError("This is no probability.", found=str(least), expected="0 or more, less than 1")
        if least == 0.0:
            return self._table(np.arange(len(self.matching.scores)))
        return self._table(np.flatnonzero(self.matching.scores >= np.log(least / (1.0 - least))))

    @property
    def model(self) -> Model:
        """What was learnt, to match other catalogues by."""
        learnt = self.matching.learnt
        models = tuple(learnt.own.values()) or learnt.models
        if len(models) == 1 and isinstance(models[0], Additive | Blend):
            return models[0]
        weights = [each.weights for each in models if isinstance(each, Additive)]
        return Additive(np.mean(weights, axis=0))

    @cached_property
    def quality(self) -> Quality | None:
        """Of the pairs of `test`, at the threshold."""
        if self._tested is None:
            return None
        linked = self.matching.are_linked(self._tested.left, self._tested.right)
        return _quality(int((linked & (self._tested.labels > 0.5)).sum()), int(linked.sum()),
                        int(self._tested.labels.sum()))  # fmt: skip

    @cached_property
    def candidate_recall(self) -> float | None:
        """The share of the pairs of `test` that are one product and are among the candidates."""
        if self._tested is None or not self._tested.labels.any():
            return None
        size, same = self.matching.offers.size, self._tested.labels > 0.5
        known = self.matching.left.astype(np.int64) * size + self.matching.right
        asked = self._tested.left[same].astype(np.int64) * size + self._tested.right[same]
        return float(np.isin(asked, known).mean())

    def metrics(self) -> dict[str, Any]:
        """Everything that can be told in numbers, for JSON. `f1`, `precision`, `recall` are of `test`."""
        found, quality, judge = self.matching, self.quality, self.matching.settings.judge
        return {
            "f1": quality and quality.f1,
            "precision": quality and quality.precision,
            "recall": quality and quality.recall,
            "candidate_recall": self.candidate_recall,
            "seconds": round(self.seconds, 3),
            "peak_memory_bytes": self.peak_memory_bytes,
            "offers": [len(each.values) for each in self._rows],
            "candidates": len(found.left),
            "linked": int(found.linked.sum()),
            "threshold": 1.0 / (1.0 + float(np.exp(-found.cut))),
            "learnt_from": self.learnt_from,
            "judge": judge and {"asked": judge.asked, "known": judge.kept, "unclear": judge.unclear},
            "fields": [{each.column: each.kind for each in fields} for fields in self.fields],
            "notes": list(self.notes),
        }

    @property
    def learnt_from(self) -> list[str]:
        """What the models that judged have seen."""
        settings, learnt = self.matching.settings, self.matching.learnt
        if settings.judged is not None:
            return [f"{len(settings.judged.labels):,} judged pairs"]
        if settings.model is not None:
            return ["a model that was given"]
        unmoved = any(each is settings.known for each in learnt.models)  # too little to learn from
        here = ["these catalogues"] if learnt.own or not unmoved else []
        before = public()[1] if settings.known is public()[0] else ("a model to begin from",)
        return here if settings.alone and not unmoved else [*before, *here]

    def _table(self, kept: np.ndarray) -> pa.Table:
        found = self.matching
        kept = kept[np.argsort(-found.scores[kept], kind="stable")]
        columns: dict[str, Any] = {}
        for side, offers in (("a", found.left[kept]), ("b", found.right[kept])):
            columns[f"catalogue_{side}"] = found.offers.source[offers] + 1
            columns[f"id_{side}"] = self._called(offers)
        return pa.table({**columns, "probability": 1.0 / (1.0 + np.exp(-found.scores[kept]))})

    def _called(self, offers: Pair) -> pa.Array:
        """The ids of offers; as texts where catalogues have ids of several types."""
        values = [each.values for each in self._rows]
        if len({each.type for each in values}) > 1:
            values = [each.cast(pa.string()) for each in values]
        return pa.concat_arrays(values).take(pa.array(offers))


def write_model(found: ProductsMatch, path: Path) -> None:
    """Write what was learnt to a JSON file. Raises MatchError if it cannot be written."""
    write_text(save(found.model, tuple(found.learnt_from)) + "\n", path)


def _check(tables: Sequence[pa.Table], judged: Any, wishes: Wishes) -> None:
    if len(tables) < 2:
        raise MatchError(
            "There is nothing to match.", found=f"{len(tables)} catalogue", expected="two catalogues or more"
        )
    ways = {"pairs": judged, "model": wishes.get("model"), "alone": wishes.get("alone") or None}
    asked = [name for name, said in ways.items() if said is not None]
    if len(asked) > 1:
        raise MatchError(
            "There are two ways to judge pairs.", found=" and ".join(asked), expected="one of them"
        )


@dataclass(frozen=True)
class _Read:
    """A catalogue as it is matched: lists of texts are texts, barcodes are valid or null."""

    table: pa.Table
    ids: Ids
    fields: list[Field]
    notes: tuple[str, ...]

    @classmethod
    def of(cls, table: pa.Table, stated: tuple[Mapping[str, str], str | None]) -> _Read:
        """`stated`: the columns' kinds, and which one holds the ids."""
        ids = Ids.of(table, stated[1])
        fields = find_fields(table, stated[0], (ids.column,) if ids.column else ())
        notes = [ids.note] if ids.note else []
        for each in fields:
            place, said = table.column_names.index(each.column), table[each.column]
            if each.kind == "gtin":
                codes, invalid = _codes(said)
                table = table.set_column(place, each.column, codes)
                if invalid:
                    notes.append(f"{invalid:,} barcodes in {each.column!r} are not valid: they say nothing.")
            elif each.kind != "image" and is_list(said.type):
                table = table.set_column(place, each.column, _joined(said))
        return cls(table, ids, fields, tuple(notes))


def _codes(said: pa.ChunkedArray) -> tuple[pa.Array, int]:
    """Barcodes as 14 digits, and how many are not valid."""
    if is_list(said.type):
        said = _joined(said)
    if pa.types.is_floating(said.type):  # what pandas makes of whole numbers with gaps
        whole = pc.and_(pc.equal(pc.floor(said), said), pc.less(pc.abs(said), 1e15))
        said = pc.if_else(whole, said, None).cast(pa.int64())
    texts = said.cast(pa.string())
    if pa.types.is_integer(said.type):
        texts = pc.utf8_lpad(texts, 14, "0")  # as numbers they have lost the zeros they begin with
    coded = texts.combine_chunks().dictionary_encode()
    every = coded.dictionary.to_pylist()
    codes = pa.array([gtin(text) for text in every], pa.string()).take(coded.indices)
    blank = pa.array([not text.strip() for text in every], pa.bool_()).take(coded.indices)
    said_something = len(blank) - blank.null_count - blank.true_count
    return codes, said_something - (len(codes) - codes.null_count)


def _joined(said: pa.ChunkedArray) -> pa.ChunkedArray:
    """The texts of each list as one text."""
    return pa.chunked_array([
        pa.array([cell and " ".join(filter(None, cell)) for cell in part.to_pylist()], pa.string())
        for part in said.chunks
    ], pa.string())  # fmt: skip


def _judged(table: Any, rows: Sequence[Ids], start: int, what: str) -> Judged:
    """Judged pairs by offer, of the first two catalogues."""
    table = table_of(table)
    if len(rows) != 2:
        raise MatchError("Judged pairs are of two catalogues.", found=f"{len(rows)} catalogues", expected="2")
    if table.num_columns < 3:
        raise MatchError(
            f"The pairs of {what} say too little.",
            found=", ".join(table.column_names) or "no columns",
            expected="ltable_id, rtable_id, label",
        )
    names = table.column_names
    standard = {"ltable_id", "rtable_id", "label"} <= set(names)
    one, other, label = ("ltable_id", "rtable_id", "label") if standard else names[:3]
    left = _places(rows[0], table[one])
    right = _places(rows[1], table[other]) + start
    judged = Judged(left.astype(np.int32), right.astype(np.int32), _labels(table[label], what))
    if what != "pairs" and not judged.labels.any():
        raise MatchError(
            f"The pairs of {what} hold none that is one product.",
            found=f"{table.num_rows:,} pairs",
            expected="some with the label 1: F1 is of these",
        )
    return judged


def _places(ids: Ids, said: pa.ChunkedArray) -> Ints:
    """The rows of ids, told as texts or as they are."""
    values = ids.values
    if values.type != said.type:
        values, said = values.cast(pa.string()), said.cast(pa.string())
    return Ids(ids.column, values).places(said.to_pylist())


def _labels(said: pa.ChunkedArray, what: str) -> Values:
    texts = pc.ascii_lower(pc.utf8_trim_whitespace(said.cast(pa.string())))
    yes, no = (pc.is_in(texts, value_set=pa.array(words)) for words in (_YES, _NO))
    neither = pc.invert(pc.or_(yes, no))
    if neither.true_count if isinstance(neither, pa.BooleanArray) else pc.any(neither).as_py():
        raise MatchError(
            f"A label of {what} is none.",
            found=str(texts.filter(neither)[0]),
            expected="1 for one product, 0 for two",
        )
    return np.asarray(yes.to_numpy(), np.float64)


def _quality(hit: int, found: int, every: int) -> Quality:
    precision, recall = hit / found if found else 1.0, hit / every if every else 1.0
    both = precision + recall
    return Quality(2.0 * precision * recall / both if both else 0.0, precision, recall)
