"""Telling the attributes of any offers from their texts, without a shop: from Python and the command line."""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pyarrow as pa

from onebasket.accounting import Progress, peak_memory, silent
from onebasket.align.products.attributes.extracting import Extractor, Offer, Said, learn
from onebasket.align.products.fields import find_fields
from onebasket.align.rows import Ids, is_called_id, stated_of, table_of
from onebasket.errors import MatchError

BETWEEN = "|"  # several values of one cell
_READ = ("title", "description", "category")
_NAMED = 3  # categories that a note names


@dataclass(frozen=True)
class AttributeQuality:
    """How right the values are that were told, over all attributes of all offers (micro-averages).

    An attribute counts once: it is right where the value told is one of those known. The measure of WDC-PAVE.
    """

    f1: float
    precision: float
    recall: float


def extract_attributes(
    offers: Any, examples: Any, *, test: Any = None, fields: Mapping[str, str] | None = None,
    ids: str | None = None, seed: int = 0, progress: Progress = silent,
) -> Attributes:  # fmt: skip
    """Tell the attributes of offers, as examples show them.

    All are Arrow tables, or anything that hands one out. Offers have a title, and may have a description, a
    category and an id; such columns are found, or stated by `fields` ({"label": "title"}) and `ids`, of which
    each table takes what it has. Examples have the same columns, or call them title, description, category
    and id. Their further columns are attributes: a cell holds the value that would be right, several with
    `|` between them or as a list, or nothing where the offer says nothing of it. Attributes that no example
    of a category has are none of the category's. `test` is a table as `examples`, to judge the result by.
    Raises MatchError for what cannot be used as asked, MissingExtraError without `onebasket[learn]`.
    """
    began = time.monotonic()
    tables = [table_of(each) for each in (offers, examples, test) if each is not None]
    stated = stated_of(tables, fields, ids, _READ)
    asked = _Table.of(tables[0], stated[0], None)
    shown, *tested = (_Table.of(*each, asked) for each in zip(tables[1:], stated[1:], strict=True))
    extractor = learn(shown.offers, shown.told(), seed=seed, progress=progress)
    found = extractor.extract(asked.offers, progress)
    seconds = time.monotonic() - began
    return Attributes(extractor, asked, found, tested[0] if tested else None, len(shown.offers), seconds)


def extract_paths(offers: Path, examples: Path, *, test: Path | None = None, **asked: Any) -> Attributes:
    """`extract_attributes` for files: CSV, NDJSON, JSON, XLSX, Parquet. Raises SourceError if unreadable."""
    from onebasket.collect.whole import read_table

    read = [read_table(path) for path in (offers, examples, test) if path is not None]
    tables = [table for table, _ in read]
    found = extract_attributes(tables[0], tables[1], test=tables[2] if test else None, **asked)
    found.notes = (*(note for _, notes in read for note in notes), *found.notes)
    return found


class Attributes:
    """What offers say of their attributes."""

    def __init__(
        self, extractor: Extractor, asked: _Table, found: list[Said], tested: _Table | None, examples: int,
        seconds: float,
    ) -> None:  # fmt: skip
        self.extractor, self.found, self.examples, self.seconds = extractor, found, examples, seconds
        self.peak_memory_bytes = peak_memory()
        self._asked, self._tested = asked, tested
        unknown = Counter(each.category for each in asked.offers if each.category not in extractor.categories)
        self.notes: tuple[str, ...] = (*([asked.ids.note] if asked.ids.note else []), *_unknown(unknown))

    @property
    def table(self) -> pa.Table:
        """`id`, `attribute`, `value`, `confidence` (a probability), in the order of the offers."""
        return pa.table({
            "id": self._asked.ids.values.take(pa.array([each.offer for each in self.found], pa.int64())),
            "attribute": pa.array([each.attribute for each in self.found], pa.string()),
            "value": pa.array([each.value for each in self.found], pa.string()),
            "confidence": pa.array([each.confidence for each in self.found], pa.float64()),
        })  # fmt: skip

    @cached_property
    def quality(self) -> AttributeQuality | None:
        """Of the offers of `test`."""
        if self._tested is None:
            return None
        said = {
            (each.offer, each.attribute): each.value for each in self.extractor.extract(self._tested.offers)
        }
        known = {
            (at, name): values for at, each in enumerate(self._tested.told())
            for name, values in each.items() if values
        }  # fmt: skip
        right = sum(value in known.get(key, ()) for key, value in said.items())
        precision, recall = right / len(said) if said else 1.0, right / len(known)
        both = precision + recall
        return AttributeQuality(2.0 * precision * recall / both if both else 0.0, precision, recall)

    def metrics(self) -> dict[str, Any]:
        """Everything that can be told in numbers, for JSON. `f1`, `precision`, `recall` are of `test`."""
        quality = self.quality
        return {
            "f1": quality and quality.f1,
            "precision": quality and quality.precision,
            "recall": quality and quality.recall,
            "seconds": round(self.seconds, 3),
            "peak_memory_bytes": self.peak_memory_bytes,
            "offers": len(self._asked.offers),
            "examples": self.examples,
            "values": len(self.found),
            "threshold": self.extractor.threshold,
            "notes": list(self.notes),
        }


@dataclass(frozen=True)
class _Table:
    """Offers of a table: what is read of them from which columns, and those that hold their attributes."""

    offers: Sequence[Offer]
    ids: Ids
    columns: Mapping[str, str]  # by kind
    attributes: pa.Table

    @classmethod
    def of(cls, table: pa.Table, stated: tuple[Mapping[str, str], str | None], like: _Table | None) -> _Table:
        """`like` are the offers asked about, where these are examples: an attribute of an example may be
        called as descriptions or categories are, so only the columns that those have are taken for such."""
        ids = Ids.of(table, stated[1])
        kinds = {kind: column for column, kind in stated[0].items()}
        found = find_fields(table, stated[0], (ids.column,) if ids.column else ())
        columns: dict[str, str] = {}
        read: dict[str, list[str]] = {}
        for kind in _READ:
            names = [each.column for each in found if each.kind == kind]
            same = [like.columns.get(kind)] if like else []
            called = [name for name in table.column_names if name.lower() == kind]
            first = names if like is None or kind == "title" else []
            wanted = (kinds.get(kind), *same, *called, *first)
            name = next((each for each in wanted if each in table.column_names), None)
            columns |= {kind: name} if name else {}
            cells = [None] * table.num_rows if name is None else table[name].to_pylist()
            read[kind] = ["" if cell is None else str(cell) for cell in cells]
        texts = zip(*(read[kind] for kind in _READ), strict=True)
        offers = [Offer(title, description, category.strip()) for title, description, category in texts]
        taken = {ids.column, *columns.values(), *filter(is_called_id, table.column_names)}
        further = [name for name in table.column_names if name not in taken]
        return cls(offers, ids, columns, table.select(further))

    def told(self) -> list[dict[str, tuple[str, ...]]]:
        """The values of each offer's attributes. Raises MatchError where no column holds any."""
        said = {name: [_values(cell) for cell in self.attributes[name].to_pylist()]
                for name in self.attributes.column_names}  # fmt: skip
        has: dict[str, set[str]] = defaultdict(set)
        for name, cells in said.items():
            for offer, values in zip(self.offers, cells, strict=True):
                if values:
                    has[offer.category].add(name)
        if not has:
            raise MatchError(
                "The examples say nothing of any attribute.",
                found=", ".join(self.attributes.column_names) or "no columns beside title and description",
                expected="columns of attributes, with the values that would be right",
            )
        return [
            {name: cells[at] for name, cells in said.items() if name in has[offer.category]}
            for at, offer in enumerate(self.offers)
        ]


def _unknown(categories: Counter[str]) -> list[str]:
    """A note where no example is of the categories of some offers."""
    if not categories:
        return []
    named = ", ".join(repr(name) for name, _ in categories.most_common(_NAMED))
    further = f" and {len(categories) - _NAMED} more" if len(categories) > _NAMED else ""
    return [f"{categories.total():,} offers are of categories that no example has: {named}{further}."]


def _values(cell: Any) -> tuple[str, ...]:
    """The values of a cell."""
    if cell is None:
        return ()
    parts = cell if isinstance(cell, list | tuple) else str(cell).split(BETWEEN)
    return tuple(text for part in parts if part is not None and (text := str(part).strip()))
