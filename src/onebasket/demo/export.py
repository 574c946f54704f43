"""Writing files: rows come as text from the engine and go out as bytes, in order, never all at once.

A private-use character U+E000 + b stands for the single byte b, which is how rows in a
wrong encoding are made. Gzip headers carry no time, so that equal demos are equal bytes.
"""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import duckdb
import pyarrow as pa

_BATCH_ROWS = 20_000
_BYTE = re.compile("([\ue000-\ue0ff]+)")


def single_bytes(data: bytes) -> str:
    """Text that `write_rows` writes as these very bytes, whatever the encoding of the file."""
    return "".join(chr(0xE000 + byte) for byte in data)


def csv_row(header: str, cells: dict[str, str]) -> str:
    """SQL for one CSV row: the SQL of each named column; the others are empty.

    Raises KeyError for a name the header does not have.
    """
    names = header.split(",")
    if unknown := sorted(set(cells) - set(names)):
        raise KeyError(unknown[0])
    values = (f"coalesce(({cells[name]})::varchar, '')" if name in cells else "''" for name in names)
    return f"concat_ws(',', {', '.join(values)})"


def write_rows(
    connection: duckdb.DuckDBPyConnection,
    query: str,
    path: Path,
    header: str | None = None,
    encoding: str = "utf-8",
) -> None:
    """Write the one text column of a query, a line each, in the query's order; `.gz` is compressed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with _open(path) as file:
        if header is not None:
            file.write(f"{header}\n".encode(encoding))
        for batch in connection.sql(query).to_arrow_reader(_BATCH_ROWS):
            file.write(_encode(_text(batch.column(0)), encoding))


def _text(column: pa.Array) -> str:
    return "\n".join([*column.to_pylist(), ""])


def _encode(text: str, encoding: str) -> bytes:
    """The text in its encoding, with the single bytes put in."""
    pieces = _BYTE.split(text)
    return b"".join(
        bytes(ord(letter) - 0xE000 for letter in piece) if place % 2 else piece.encode(encoding)
        for place, piece in enumerate(pieces)
    )


@contextmanager
def _open(path: Path) -> Iterator[IO[bytes]]:
    with path.open("wb") as raw:
        if path.suffix != ".gz":
            yield raw
            return
        with gzip.GzipFile(filename="", mode="wb", compresslevel=1, fileobj=raw, mtime=0) as packed:
            yield packed  # type: ignore[misc]
