"""Writing files: rows come as text from the engine and go out as bytes, in order, never all at once.

A private-use character U+E000 + b stands for the single byte b, which is how rows in a
wrong encoding are made. Gzip headers carry no time, so that equal demos are equal bytes.
"""

from __future__ import annotations

import codecs
import gzip
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import duckdb
import pyarrow as pa

_BATCH_ROWS = 20_000
_BYTE = re.compile(rb"\xee[\x80-\x83][\x80-\xbf]")
# CSV: a value is quoted when it must be.
MACROS = """
    create or replace macro q(x) as case
        when x is null then ''
        when regexp_matches(x, '[",\\r\\n]') then '"' || replace(x, '"', '""') || '"'
        else x end;
    create or replace macro money(x) as format('{:.2f}', x / 100.0);
    create or replace macro local_time(ts, zone) as timezone(zone, timezone('UTC', ts))
"""


def setup(connection: duckdb.DuckDBPyConnection) -> None:
    """Define the macros that row queries use."""
    for statement in MACROS.split(";"):
        connection.execute(statement).fetchall()


def write_rows(
    connection: duckdb.DuckDBPyConnection,
    query: str,
    path: Path,
    header: str | None = None,
    encoding: str = "utf-8",
) -> None:
    """Write the one text column of a query, a line each, in the query's order; `.gz` is compressed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    encode = codecs.getencoder(encoding)
    with _open(path) as file:
        if header is not None:
            file.write(encode(header + "\n")[0])
        for batch in connection.sql(query).to_arrow_reader(_BATCH_ROWS):
            text = _text(batch.column(0))
            if encoding != "utf-8":
                file.write(_foreign(text.decode("utf-8"), encoding))
            else:
                file.write(_BYTE.sub(_single_byte, text) if path.suffix != ".gz" else text)


def _text(column: pa.Array) -> bytes:
    """All rows, each ended by a newline, as one piece of UTF-8."""
    return ("\n".join(column.to_pylist()) + "\n").encode() if len(column) else b""


def _single_byte(match: re.Match[bytes]) -> bytes:
    return bytes([ord(match[0].decode("utf-8")) - 0xE000])


def _foreign(text: str, encoding: str) -> bytes:
    """Text in another encoding, with the single bytes put back."""
    parts = re.split("([\ue000-\ue0ff]+)", text)
    return b"".join(
        bytes(ord(letter) - 0xE000 for letter in part) if place % 2 else part.encode(encoding)
        for place, part in enumerate(parts)
    )


@contextmanager
def _open(path: Path) -> Iterator[IO[bytes]]:
    with path.open("wb") as raw:
        if path.suffix != ".gz":
            yield raw
            return
        with gzip.GzipFile(filename="", mode="wb", compresslevel=1, fileobj=raw, mtime=0) as packed:
            yield packed  # type: ignore[misc]
