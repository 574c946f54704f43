"""What names a row, and what it says, as numbers: to know rows again without keeping what they say."""

from __future__ import annotations

from collections.abc import Sequence

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from onebasket.store.duckdb_fields import literal, quoted
from onebasket.store.duckdb_scan import as_text

Words = npt.NDArray[np.uint64]
_ROWS = "_rows"


def digests(rows: pa.Table, key: Sequence[str], secret: str) -> Words:
    """(rows, 3): 128 bits of what the columns `key` say, and 64 of what all say, under a secret.

    Equal texts give equal numbers, whatever the type of a column is.
    """
    with duckdb.connect() as connection:
        connection.register(_ROWS, rows)
        seen = connection.sql(f"from {_ROWS} limit 0")
        types = dict(zip(seen.columns, map(str, seen.types), strict=True))
        texts = {
            name: f"coalesce({as_text(quoted(name), types[name])}, chr(30))" for name in rows.column_names
        }
        asked = []
        for names in (key, rows.column_names):
            said = ", ".join([literal(secret), *(texts[name] for name in names)])
            asked.append(f"from_hex(sha256(concat_ws(chr(31), {said})))")
        found = connection.sql(f"select {asked[0]}, {asked[1]} from {_ROWS}").to_arrow_table()
    named, whole = (_words(column) for column in found.columns)
    return np.column_stack([named[:, :2], whole[:, :1]])


def _words(column: pa.ChunkedArray) -> Words:
    """Digests of 32 bytes as four words each."""
    pieces = [_piece(chunk) for chunk in column.chunks]
    return np.concatenate(pieces) if pieces else np.empty((0, 4), np.uint64)


def _piece(array: pa.Array) -> Words:
    fixed = array.cast(pa.binary(32))
    bytes_ = np.frombuffer(fixed.buffers()[1], np.uint8, 32 * len(fixed), 32 * fixed.offset)
    return bytes_.view("<u8").reshape(-1, 4)
