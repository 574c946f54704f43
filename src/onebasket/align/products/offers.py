"""Offers of several catalogues as numbers: what is compared of each, read once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from onebasket.align.products import images, texts
from onebasket.align.products.facts import facts_of
from onebasket.align.products.fields import Field
from onebasket.align.products.images import Vectors
from onebasket.align.products.prices import prices
from onebasket.align.products.texts import Ints
from onebasket.align.products.tokens import (
    VIEWS,
    Rarity,
    Sets,
    View,
    grams,
    parts,
    rarity,
    skeletons,
    squeezed,
    words,
)  # fmt: skip

_SLICE = 50_000  # offers read at once: bounds what code points take
Letters = npt.NDArray[np.uint16]


@dataclass(frozen=True)
class Weighed:
    """The tokens of one view with how rare each is, and of each offer the sum and the norm of that."""

    sets: Sets
    rarity: Rarity
    sums: npt.NDArray[np.float32]
    norms: npt.NDArray[np.float32]

    @classmethod
    def of(cls, sets: Sets) -> Weighed:
        """Weights are counted over all texts."""
        rare = rarity(sets)
        ends = np.zeros((2, len(rare) + 1))
        values = rare.astype(np.float64)
        np.cumsum(values, out=ends[0, 1:])
        np.cumsum(values * values, out=ends[1, 1:])
        sums, squares = np.diff(ends[:, sets.starts], axis=1)
        return cls(sets, rare, sums.astype(np.float32), np.sqrt(squares).astype(np.float32))


@dataclass(frozen=True)
class Squeezed:
    """Letters and digits of a text of each offer, nothing between them."""

    letters: Letters
    starts: Ints


@dataclass(frozen=True)
class Offers:
    """All offers, one catalogue behind the other."""

    source: npt.NDArray[np.int32]  # the catalogue of each offer
    views: Mapping[View, Weighed]
    facts: Sets  # what tells variants apart
    head: Squeezed  # title, brand and model
    brand: Squeezed
    model: Squeezed
    first: npt.NDArray[np.uint32]  # the first word of each title
    price: npt.NDArray[np.float64]  # nan: none; in the catalogue's currency
    gtin: Ints  # 14 digits as a number; -1: none, or none that is valid
    image: Vectors  # of length one each, (offers, width); nan: none

    @property
    def size(self) -> int:
        return len(self.source)

    def of(self, source: int) -> Ints:
        """The offers of a catalogue."""
        return np.flatnonzero(self.source == source)


@dataclass(frozen=True)
class _Read:
    """A slice of offers."""

    views: dict[View, Sets]
    facts: Sets
    squeezed: tuple[tuple[Letters, Ints], ...]  # head, brand, model
    first: npt.NDArray[np.uint32]


def encode(tables: Sequence[pa.Table], fields: Sequence[Sequence[Field]]) -> Offers:
    """Read catalogues. `fields[i]` says what the columns of `tables[i]` mean; barcodes are valid, or null."""
    read, costs, gtins, pictures = [], [np.zeros(0)], [np.zeros(0, np.int64)], []
    for table, said in zip(tables, fields, strict=True):
        read += [_read(table.slice(start, _SLICE), said) for start in range(0, table.num_rows, _SLICE)]
        costs.append(prices(table, said))
        gtins.append(_gtins(table, said))
        pictures.append(images.vectors(table, said))
    views = {view: Weighed.of(Sets.joined([each.views[view] for each in read])) for view in VIEWS}
    head, brand, model = (_joined([each.squeezed[place] for each in read]) for place in range(3))
    source = np.repeat(np.arange(len(tables), dtype=np.int32), [table.num_rows for table in tables])
    first = np.concatenate([np.zeros(0, np.uint32), *(each.first for each in read)])
    facts = Sets.joined([each.facts for each in read])
    told = np.concatenate(costs), np.concatenate(gtins), images.together(pictures)
    return Offers(source, views, facts, head, brand, model, first, *told)


def _read(table: pa.Table, fields: Sequence[Field]) -> _Read:
    title, brand, model, body = (_text(table, fields, kinds) for kinds in _TEXTS)
    head = _spaced([title, brand, model])
    named = texts.points(head.to_pylist())
    every = texts.points(_spaced([head, body]).to_pylist())
    made: dict[View, Sets] = {
        "words": words(*named),
        "parts": parts(*named),
        "threes": grams(*named, 3, True),
        "fives": grams(*named, 5, False),
        "skeletons": skeletons(*named),
        "all": words(*every),
    }
    short = (squeezed(*named), *(squeezed(*texts.points(each.to_pylist())) for each in (brand, model)))
    said = _spaced([title, _text(table, fields, ("size", "pack", "color", "material"))]).to_pylist()
    return _Read(made, facts_of(said), short, _first(title))


_TEXTS = (
    ("title",),
    ("brand",),
    ("model",),
    ("sku", "category", "description", "size", "pack", "color", "material", "free"),
)


def _text(table: pa.Table, fields: Sequence[Field], kinds: Sequence[str]) -> pa.StringArray:
    """What the columns of these kinds say, in normal form."""
    said = [each.column for each in fields if each.kind in kinds]
    most = texts.BODY if len(kinds) > 1 else texts.HEAD
    every = [texts.normal(table[column], most) for column in said] or [pa.array([""] * table.num_rows)]
    return pc.utf8_slice_codeunits(_spaced(every), 0, most) if len(every) > 1 else every[0]


def _spaced(columns: Sequence[pa.StringArray]) -> pa.StringArray:
    return pc.binary_join_element_wise(*columns, " ") if len(columns) > 1 else columns[0]


def _first(title: pa.StringArray) -> npt.NDArray[np.uint32]:
    """The first word of each title, as a token; 0: none."""
    heads = pc.list_element(pc.split_pattern(pc.binary_join_element_wise(title, pa.scalar("."), " "), " "), 0)
    sets = words(*texts.points(heads.to_pylist()))
    found = np.append(sets.tokens, np.uint32(0))[np.minimum(sets.starts[:-1], len(sets.tokens))]
    found[np.diff(sets.starts) == 0] = 0
    return found


def _gtins(table: pa.Table, fields: Sequence[Field]) -> Ints:
    """Barcodes as numbers. They are no texts: two that differ in a digit are not alike."""
    column = next((each.column for each in fields if each.kind == "gtin"), None)
    if column is None:
        return np.full(table.num_rows, -1, np.int64)
    said = pc.fill_null(table[column].cast(pa.int64()), -1)
    return np.asarray(said.to_numpy(), np.int64)


def _joined(each: Sequence[tuple[Letters, Ints]]) -> Squeezed:
    ends = np.cumsum([0] + [len(letters) for letters, _ in each])
    starts = [start[:-1] + end for (_, start), end in zip(each, ends[:-1], strict=True)]
    letters = np.concatenate([np.zeros(0, np.uint16), *(letters for letters, _ in each)])
    return Squeezed(letters, np.concatenate([*starts, ends[-1:]]).astype(np.int64))
