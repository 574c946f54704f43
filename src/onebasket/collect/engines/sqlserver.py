"""SQL Server, through pytds, row by row."""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from onebasket.collect.engines.engine import BATCH_ROWS, Answer, Engine, texts

_PORT = 1433
_TIMEOUT_SECONDS = 60


class SqlServer(Engine):
    """A connection to SQL Server."""

    driver = "pytds"
    quotes = ("[", "]")
    snapshot = False

    def __init__(self, url: str, stack: contextlib.ExitStack) -> None:
        import pytds

        parts = urlsplit(url)
        said = {name: values[-1] for name, values in parse_qs(parts.query).items()}
        connection = pytds.connect(
            dsn=parts.hostname or "localhost",
            port=parts.port or _PORT,
            database=unquote(parts.path.strip("/")) or None,
            user=unquote(parts.username or ""),
            password=unquote(parts.password or ""),
            cafile=said.get("cafile"),
            login_timeout=_TIMEOUT_SECONDS,
            timeout=None,
            autocommit=True,
        )
        self._connection = stack.enter_context(contextlib.closing(connection))

    def ask(self, query: str) -> Answer:
        cursor = self._connection.cursor()
        cursor.execute(query)
        return texts([column[0] for column in cursor.description], self._rows(cursor))

    def written(self, value: Any) -> str:
        # A column of type datetime takes three digits of a second and no more. Less is fetched again.
        text = value.isoformat() if isinstance(value, dt.date) else str(value)
        day, dot, part = text.replace(" ", "T", 1).partition(".")
        if dot and len(day) == len("2024-01-01T00:00:00") and "T" in day:
            text = f"{day}.{part[:3]}"
        return "'" + text.replace("'", "''") + "'"

    def _rows(self, cursor: Any) -> Iterator[list[str | None]]:
        while some := cursor.fetchmany(BATCH_ROWS):
            for row in some:
                yield [_text(cell) for cell in row]


def _text(cell: Any) -> str | None:
    """What a cell says: times in ISO 8601, truth in words, bytes in hex."""
    match cell:
        case None:
            return None
        case bool():
            return "true" if cell else "false"
        case dt.datetime():
            return cell.isoformat(sep=" ")
        case bytes():
            return cell.hex()
        case _:
            return str(cell)
