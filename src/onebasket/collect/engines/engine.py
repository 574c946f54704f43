"""What all databases have in common: a query's answer, and the query for what is new."""

from __future__ import annotations

import contextlib
import datetime as dt
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

import pyarrow as pa

BATCH_ROWS = 20_000  # of drivers that give rows one by one


@dataclass(frozen=True)
class Answer:
    """A query's answer: columns c0, c1, … (two may have one name), and what the database calls them.

    With `marks` the last column of the batches is none of the query's: the cursor as it stands in a query.
    """

    header: tuple[str, ...]
    schema: pa.Schema
    batches: Iterator[pa.RecordBatch]
    marks: bool = False


class Engine(ABC):
    """A connection to a database. Queries are asked one after the other."""

    driver: str  # the module that it needs
    quotes = ('"', '"')
    snapshot = True  # whether an answer shows all rows as they stood at one moment

    @abstractmethod
    def __init__(self, url: str, stack: contextlib.ExitStack) -> None:
        """Connect; `stack` closes. Raises the driver's errors."""

    @abstractmethod
    def ask(self, query: str) -> Answer:
        """The answer to a query. Raises the driver's errors, also while its batches are read."""

    def ask_new(self, query: str, cursor: str, least: str | None) -> Answer:
        """The rows of a query whose cursor is `least`, as it stands in a query, or more, or unknown.

        They come in the order of the cursor.
        """
        column = f"asked.{self.quoted(cursor)}"
        where = "" if least is None else f" where {column} >= {least} or {column} is null"
        return self.ask(f"select asked.* from ({query}) asked{where} order by {column}")

    def quoted(self, name: str) -> str:
        """A name as it stands in a query."""
        start, end = self.quotes
        return start + name.replace(end, end * 2) + end

    def written(self, value: Any) -> str:
        """A value of a cursor as it stands in a query."""
        if isinstance(value, dt.datetime):
            value = value.isoformat(sep=" ")
        return "'" + str(value).replace("'", "''") + "'"

    def earlier(self, written: str, days: int) -> str | None:
        """The start of the day so many days before a cursor's written value; None where it is no time."""
        try:
            moment = dt.datetime.fromisoformat(written.strip("'"))
        except ValueError:
            return None
        day = moment.replace(hour=0, minute=0, second=0, microsecond=0) - dt.timedelta(days=days)
        return self.written(day if moment.tzinfo else day.date())


def numbered(header: Sequence[str], schema: pa.Schema, batches: Iterable[pa.RecordBatch]) -> Answer:
    """An answer of Arrow's own batches."""
    plain = pa.schema([(f"c{place}", _plain(field.type)) for place, field in enumerate(schema)])

    def renamed() -> Iterator[pa.RecordBatch]:
        for batch in batches:
            columns = [c.storage if isinstance(c, pa.ExtensionArray) else c for c in batch.columns]
            yield pa.RecordBatch.from_arrays(columns, schema=plain)

    return Answer(tuple(header), plain, renamed())


def texts(header: Sequence[str], rows: Iterable[Sequence[str | None]]) -> Answer:
    """An answer of a driver that gives rows of texts."""
    schema = pa.schema([(f"c{place}", pa.string()) for place in range(len(header))])

    def batches() -> Iterator[pa.RecordBatch]:
        stream = iter(rows)
        while some := list(islice(stream, BATCH_ROWS)):
            columns = [pa.array(column, pa.string()) for column in zip(*some, strict=True)]
            yield pa.RecordBatch.from_arrays(columns, schema=schema)

    return Answer(tuple(header), schema, batches())


def _plain(kind: pa.DataType) -> pa.DataType:
    return kind.storage_type if isinstance(kind, pa.BaseExtensionType) else kind
