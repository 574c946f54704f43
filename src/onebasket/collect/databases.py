"""Queries against SQLite and PostgreSQL, through ADBC: batches of Arrow, never the whole result."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from string import Template
from typing import Any
from urllib.parse import urlsplit

import msgspec
import pyarrow as pa

from onebasket.errors import MissingExtraError, SourceError
from onebasket.shop import Source
from onebasket.store.reading import Lines, RawFile

SQLITE, POSTGRESQL = "sqlite", "postgresql"


def public_url(url: str) -> str:
    """The URL without user, password and options."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"


def sqlite_path(url: str, folder: Path) -> Path | None:
    """The file of an SQLite URL, relative ones in the shop folder; None for other URLs."""
    if not url.startswith(f"{SQLITE}:///"):
        return None
    return folder / url.removeprefix(f"{SQLITE}:///")


def _filled(source: Source, url: str) -> str:
    """A PostgreSQL URL with `${NAME}` taken from the environment: no password in the shop file."""
    if url.startswith(SQLITE):
        return url
    try:
        return Template(url).substitute(os.environ)
    except KeyError as error:
        raise SourceError(
            f"Source {source.name}: its url names an environment variable that is not set.",
            found=f"${{{error.args[0]}}}",
            expected="a variable of that name",
            state="nothing was published",
            next_step=f"set {error.args[0]}, then run again",
        ) from None
    except ValueError:
        return url  # a lone $ is a character of the password


def open_query(source: Source, folder: Path, stack: contextlib.ExitStack) -> RawFile:
    """The result of a source's query, opened. A record's line is its number in the result.

    `stack` closes the connection. Raises SourceError when the query cannot be asked,
    MissingExtraError without the extra [databases].
    """
    try:
        import adbc_driver_manager
        import adbc_driver_postgresql  # noqa: F401
        import adbc_driver_sqlite  # noqa: F401
    except ImportError as error:
        raise MissingExtraError(f"Source {source.name}: asking a database", "databases") from error
    assert source.url and source.query
    source = msgspec.structs.replace(source, url=_filled(source, source.url))
    assert source.url and source.query
    name = public_url(source.url)
    try:
        cursor = _cursor(source, folder, stack)
        if source.url.startswith(SQLITE):
            _select_texts(cursor, source.query)
        else:
            cursor.execute(source.query)
        reader = cursor.fetch_record_batch()
    except adbc_driver_manager.Error as error:
        message = str(error).splitlines()[0].replace(source.url, name)
        raise SourceError(
            f"Source {source.name}: the database at {name} cannot be asked.",
            found=message,
            expected="a database that answers the source's query",
            state="nothing was published",
            next_step="check url and query in the shop file, and that the database is up",
        ) from None  # the driver's own error may quote the password
    header = tuple(reader.schema.names)
    return RawFile(
        Path(name), name, "rows", header, 0, "binary", lines=Lines(header=False), rows=_numbered(reader)
    )


def _cursor(source: Source, folder: Path, stack: contextlib.ExitStack) -> Any:
    assert source.url
    path = sqlite_path(source.url, folder)
    if path is not None:
        import adbc_driver_sqlite.dbapi as sqlite

        if not path.is_file():
            raise SourceError(
                f"Source {source.name}: there is no such database file.",
                found=str(path),
                expected="an SQLite database; relative paths start in the shop folder",
                next_step="correct url in the shop file",
            )
        connection = stack.enter_context(sqlite.connect(f"file:{path}?mode=ro"))
    elif source.url.startswith((f"{POSTGRESQL}://", "postgres://")):
        import adbc_driver_postgresql.dbapi as postgresql

        connection = stack.enter_context(postgresql.connect(source.url))
    else:
        raise SourceError(
            f"Source {source.name}: databases of this kind cannot be asked.",
            found=public_url(source.url).partition(":")[0],
            expected="sqlite:///path or postgresql://user@host/database",
            next_step="correct url in the shop file, or export the query to a file",
        )
    return stack.enter_context(connection.cursor())


def _select_texts(cursor: Any, query: str) -> None:
    """Ask SQLite for texts: its columns may hold a number in one row and a word in the next."""
    bare = query.strip().rstrip(";")
    cursor.execute(f"select * from ({bare}) limit 0")
    names = [column[0].replace('"', '""') for column in cursor.description]
    columns = ", ".join(f'cast("{name}" as text) as "{name}"' for name in names)
    cursor.execute(f"select {columns} from ({bare})")


def _numbered(reader: pa.RecordBatchReader) -> pa.RecordBatchReader:
    """The same rows with columns c0, c1, …: a query may give two columns one name."""
    schema = pa.schema([(f"c{n}", _plain(field.type)) for n, field in enumerate(reader.schema)])
    batches = (
        pa.RecordBatch.from_arrays(
            [c.storage if isinstance(c, pa.ExtensionArray) else c for c in batch.columns], schema=schema
        )
        for batch in reader
    )
    return pa.RecordBatchReader.from_batches(schema, batches)


def _plain(kind: pa.DataType) -> pa.DataType:
    return kind.storage_type if isinstance(kind, pa.BaseExtensionType) else kind
