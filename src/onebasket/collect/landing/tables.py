"""A database asked for what is new: rows whose cursor is where the last load ended, or beyond."""

from __future__ import annotations

import contextlib
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from onebasket.accounting import Progress
from onebasket.collect.databases import answering, asked, connected
from onebasket.collect.engines.engine import Answer, Engine
from onebasket.collect.landing.place import KEPT, NotUniqueError, Place, not_unique
from onebasket.errors import SourceError
from onebasket.protect.secrets import Secrets
from onebasket.shop import Shop, Source
from onebasket.store.digests import digests

CHUNK_ROWS = 250_000
_CHUNK_BYTES = 256 << 20


def fetch(shop: Shop, source: Source, place: Place, progress: Progress) -> None:
    """Land the rows of a database that are new. A load that failed goes on after its last whole chunk.

    Raises SourceError when it cannot be asked, or answers otherwise than the shop file says.
    """
    secrets = Secrets(shop.folder)
    with contextlib.ExitStack() as stack:
        engine = connected(source, shop.folder, secrets, stack)
        assert source.cursor
        least = _least(source, engine, place.state.cursor)
        with answering(source, secrets, KEPT):
            answer = engine.ask_new(asked(source, engine), source.cursor, least)
        load = _Load(source, engine, place, answer)
        batches = iter(answer.batches)
        while True:
            with answering(source, secrets, KEPT):
                batch = next(batches, None)
            if batch is None:
                break
            load.add(batch)
            progress(f"fetch {source.name}", load.fetched, 0)
        load.end()


class _Load:
    """Rows of one answer on their way to the landing place, a chunk at a time."""

    def __init__(self, source: Source, engine: Engine, place: Place, answer: Answer) -> None:
        self._source, self._engine, self._place, self._answer = source, engine, place, answer
        self._keys = [f"c{_column(source, answer, name)}" for name in source.keys]
        assert source.cursor
        at = _column(source, answer, source.cursor)
        self._cursor = len(answer.header) if answer.marks else at
        self._unique_from = place.state.next if engine.snapshot else None
        self._before = place.state.cursor
        self._held: list[pa.RecordBatch] = []
        self._rows = self._bytes = self.fetched = 0

    def add(self, batch: pa.RecordBatch) -> None:
        """Take further rows; enough of them become a chunk."""
        self._held.append(batch)
        self._rows, self._bytes = self._rows + batch.num_rows, self._bytes + batch.nbytes
        self.fetched += batch.num_rows
        if self._rows >= CHUNK_ROWS or self._bytes >= _CHUNK_BYTES:
            self._land()

    def end(self) -> None:
        """The answer is at its end."""
        self._land()
        if self._place.state.cursor != self._before:
            self._place.save()

    def _land(self) -> None:
        if not self._rows:
            return
        rows = pa.Table.from_batches(self._held)
        self._held, self._rows, self._bytes = [], 0, 0
        cursors = rows.column(self._cursor)
        rows = rows.select(range(len(self._answer.header)))
        for name, column in zip(self._source.keys, self._keys, strict=True):
            if rows.column(column).null_count:
                raise _no_key(self._source, name)
        named = digests(rows, self._keys, self._place.secret)
        try:
            landed = self._place.land(rows, "rows", self._answer.header, named, self._unique_from)
        except NotUniqueError:
            raise not_unique(self._source) from None
        last = self._last(cursors)
        if last is not None:
            self._place.state.cursor = last
        if landed:
            self._place.save()

    def _last(self, cursors: pa.ChunkedArray) -> str | None:
        """The last known cursor, as it stands in a query."""
        if self._answer.marks:
            cursors = cursors.filter(pc.not_equal(cursors, "NULL"))
        known = cursors.drop_null()
        if not len(known):
            return None
        value: Any = known[-1].as_py()
        return str(value) if self._answer.marks else self._engine.written(value)


def _least(source: Source, engine: Engine, cursor: str | None) -> str | None:
    """From where on rows are asked for."""
    if cursor is None or not source.late_days:
        return cursor
    earlier = engine.earlier(cursor, source.late_days)
    if earlier is None:
        raise SourceError(
            f"Source {source.name}: late rows cannot be told by its cursor.",
            found=f"{source.cursor} is no time",
            expected="a cursor that is a date or a time, where late_days is set",
            state=KEPT,
            next_step="take late_days out of the shop file, or choose another cursor",
        )
    return earlier


def _column(source: Source, answer: Answer, name: str) -> int:
    if name in answer.header:
        return answer.header.index(name)
    raise SourceError(
        f"Source {source.name}: its answer has no column {name}.",
        found=f"the columns {', '.join(answer.header[:20])}",
        expected="those that cursor and key name in the shop file",
        state=KEPT,
        next_step="correct cursor and key, or select that column in the query",
    )


def _no_key(source: Source, name: str) -> SourceError:
    return SourceError(
        f"Source {source.name}: some of its rows have no key.",
        found=f"rows without {name}",
        expected="a value in every row",
        state=KEPT,
        next_step="choose another key, or leave such rows out in the query",
    )
