"""PostgreSQL, through ADBC: Arrow batches as the server sends them."""

from __future__ import annotations

import contextlib
from typing import Any

from onebasket.collect.engines.engine import Answer, Engine, numbered


class PostgreSql(Engine):
    """A connection to PostgreSQL."""

    driver = "adbc_driver_postgresql"

    def __init__(self, url: str, stack: contextlib.ExitStack) -> None:
        import adbc_driver_postgresql.dbapi as postgresql

        self._connection = stack.enter_context(postgresql.connect(url))
        self._cursor: Any = stack.enter_context(self._connection.cursor())

    def ask(self, query: str) -> Answer:
        self._cursor.execute(query)
        reader = self._cursor.fetch_record_batch()
        return numbered(reader.schema.names, reader.schema, reader)
