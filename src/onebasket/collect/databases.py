"""Queries against databases: batches of Arrow, never the whole result.

PostgreSQL and SQLite are asked through ADBC, MySQL, MariaDB and SQL Server row by row in Python.
"""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from urllib.parse import urlsplit

import pyarrow as pa

from onebasket.collect.engines import MySql, PostgreSql, Sqlite, SqlServer
from onebasket.collect.engines.engine import Engine
from onebasket.errors import MissingExtraError, SourceError
from onebasket.protect.secrets import Secrets
from onebasket.shop import Source
from onebasket.store.reading import Lines, RawFile

_SQLITE = "sqlite"
_ENGINES: dict[str, type[Engine]] = {
    "postgresql": PostgreSql,
    "postgres": PostgreSql,
    "mysql": MySql,
    "mariadb": MySql,
    "sqlserver": SqlServer,
    "mssql": SqlServer,
}


def public_url(url: str) -> str:
    """The URL without user, password and options."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"


def sqlite_path(url: str, folder: Path) -> Path | None:
    """The file of an SQLite URL, relative ones in the shop folder; None for other URLs."""
    if not url.startswith(f"{_SQLITE}:///"):
        return None
    return folder / url.removeprefix(f"{_SQLITE}:///")


def open_query(source: Source, folder: Path, stack: contextlib.ExitStack) -> RawFile:
    """The result of a source's query, opened. A record's line is its number in the result.

    `stack` closes the connection. Raises SourceError when the query cannot be asked,
    MissingExtraError without the extra [databases], PrivacyError for a secret that is nowhere.
    """
    assert source.url
    secrets, name = Secrets(folder), public_url(source.url)
    engine = connected(source, folder, secrets, stack)
    with answering(source, secrets, "nothing was published"):
        answer = engine.ask(asked(source, engine))
    reader = pa.RecordBatchReader.from_batches(answer.schema, _whole(source, secrets, answer.batches))
    lines = Lines(header=False)
    return RawFile(Path(name), name, "rows", answer.header, 0, "binary", lines=lines, rows=reader)


def asked(source: Source, engine: Engine) -> str:
    """The query of a source: its own, or all of its table."""
    if source.query:
        return source.query.strip().rstrip(";")
    assert source.table
    return f"select * from {'.'.join(map(engine.quoted, source.table.split('.')))}"


def connected(source: Source, folder: Path, secrets: Secrets, stack: contextlib.ExitStack) -> Engine:
    """The database of a source; `stack` closes the connection. Raises as `open_query` does."""
    assert source.url
    path = sqlite_path(source.url, folder)
    kind = Sqlite if path else _ENGINES.get(source.url.partition(":")[0])
    if kind is None:
        raise SourceError(
            f"Source {source.name}: databases of this kind cannot be asked.",
            found=public_url(source.url).partition(":")[0],
            expected=f"sqlite:///path, or {', '.join(_ENGINES)} and ://user@host/database",
            next_step="correct url in the shop file, or export the query to a file",
        )
    try:
        import_module(kind.driver)
    except ImportError as error:
        raise MissingExtraError(f"Source {source.name}: asking a database", "databases") from error
    if path is not None and not path.is_file():
        raise SourceError(
            f"Source {source.name}: there is no such database file.",
            found=str(path),
            expected="an SQLite database; relative paths start in the shop folder",
            next_step="correct url in the shop file",
        )
    with answering(source, secrets, "nothing was published"):
        return kind(str(path) if path else secrets.fill_url(source.url), stack)


@contextlib.contextmanager
def answering(source: Source, secrets: Secrets, state: str) -> Iterator[None]:
    """Within it what a driver says is an error of ours, without secrets. `state`: what was kept."""
    try:
        yield
    except _errors() as error:
        assert source.url
        name = public_url(source.url)
        message = next(iter(str(error).splitlines()), type(error).__name__)
        raise SourceError(
            f"Source {source.name}: the database at {name} cannot be asked.",
            found=secrets.hide(message.replace(secrets.fill_url(source.url), name))[:500],
            expected="a database that answers the source's query",
            state=state,
            next_step="check url, user, password and query in the shop file, and that the database is up",
        ) from None  # the driver's own error may quote the password


def _errors() -> tuple[type[Exception], ...]:
    """What sockets, Arrow and the drivers that are loaded raise."""
    found: list[type[Exception]] = [OSError, ValueError, pa.ArrowException]
    for name in ("adbc_driver_manager", "pymysql", "pytds"):
        module = sys.modules.get(name)
        found += [module.Error] if module else []
    return tuple(found)


def _whole(source: Source, secrets: Secrets, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """The batches; what breaks on the way is told as one error."""
    with answering(source, secrets, "nothing was published"):
        yield from batches
