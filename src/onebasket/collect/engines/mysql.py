"""MySQL and MariaDB, through PyMySQL: rows as they come, every value the text that the server sends."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from onebasket.collect.engines.engine import BATCH_ROWS, Answer, Engine, texts

_PORT = 3306
_NUMBER = re.compile(r"-?\d+(\.\d+)?")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d([ T]\d\d:\d\d:\d\d(\.\d+)?)?")
_TIMEOUT_SECONDS = 60


class MySql(Engine):
    """A connection to MySQL or MariaDB."""

    driver = "pymysql"
    quotes = ("`", "`")

    def __init__(self, url: str, stack: contextlib.ExitStack) -> None:
        import pymysql
        from pymysql.cursors import SSCursor

        parts = urlsplit(url)
        said = {name: values[-1] for name, values in parse_qs(parts.query).items()}
        connection = pymysql.connect(
            host=parts.hostname or "localhost",
            port=parts.port or _PORT,
            user=unquote(parts.username or "") or None,
            password=unquote(parts.password or ""),
            database=unquote(parts.path.strip("/")) or None,
            unix_socket=said.get("socket"),
            ssl_ca=said.get("ssl_ca"),
            charset="utf8mb4",
            conv=pymysql.converters.encoders,  # of values sent; what comes stays the text it is
            connect_timeout=_TIMEOUT_SECONDS,
            read_timeout=said.get("read_timeout") and int(said["read_timeout"]),
        )
        stack.callback(_close, connection)
        self._connection, self._kind = connection, SSCursor
        self._cursor: Any = None

    def ask(self, query: str) -> Answer:
        if self._cursor is not None:
            self._cursor.close()
        self._cursor = cursor = self._connection.cursor(self._kind)
        cursor.execute(query)
        return texts([column[0] for column in cursor.description], self._rows(cursor))

    def written(self, value: Any) -> str:
        # A number compared with a text is compared as a rounded number; a text in MySQL may hold escapes.
        text = str(value)
        if _NUMBER.fullmatch(text):
            return text
        return f"'{text}'" if _MOMENT.fullmatch(text) else f"_utf8mb4 x'{text.encode().hex()}'"

    def _rows(self, cursor: Any) -> Iterator[list[str | None]]:
        while some := cursor.fetchmany(BATCH_ROWS):
            for row in some:
                yield [
                    cell.decode("utf-8", "backslashreplace") if isinstance(cell, bytes) else cell
                    for cell in row
                ]


def _close(connection: Any) -> None:
    """Close without reading what is left of an answer."""
    if connection.open:
        connection._force_close()
