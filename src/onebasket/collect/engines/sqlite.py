"""SQLite, through ADBC. Its columns may hold a number in one row and a word in the next: all become texts."""

from __future__ import annotations

import contextlib
from dataclasses import replace
from typing import Any

from onebasket.collect.engines.engine import Answer, Engine, numbered


class Sqlite(Engine):
    """A database file, opened to be read."""

    driver = "adbc_driver_sqlite"

    def __init__(self, url: str, stack: contextlib.ExitStack) -> None:
        import adbc_driver_sqlite.dbapi as sqlite

        connection = stack.enter_context(sqlite.connect(f"file:{url}?mode=ro"))
        self._cursor: Any = stack.enter_context(connection.cursor())

    def ask(self, query: str) -> Answer:
        return self._texts(query, ())

    def ask_new(self, query: str, cursor: str, least: str | None) -> Answer:
        # A cursor may be a number or a text: only SQLite knows, and compares them as what they are.
        column = self.quoted(cursor)
        where = "" if least is None else f" where {column} >= {least} or {column} is null"
        answer = self._texts(query, (f"quote({column})",), f"{where} order by {column}")
        return replace(answer, header=answer.header[:-1], marks=True)

    def _texts(self, query: str, more: tuple[str, ...], rest: str = "") -> Answer:
        bare = query.strip().rstrip(";")
        self._cursor.execute(f"select * from ({bare}) limit 0")
        names = [column[0] for column in self._cursor.description]
        columns = [f"cast({self.quoted(name)} as text) as {self.quoted(name)}" for name in names]
        self._cursor.execute(f"select {', '.join([*columns, *more])} from ({bare}){rest}")
        reader = self._cursor.fetch_record_batch()
        return numbered(reader.schema.names, reader.schema, reader)
