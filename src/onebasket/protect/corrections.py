"""Corrected rows: what was refused, as somebody set it right. Encrypted, beside the basket.

    corrections/<source>.parquet    one row a corrected row; the latest correction of a row stands

Collect reads the corrected lines (rows that had never become rows), clean the corrected rows.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from onebasket.errors import StoreError
from onebasket.protect.keys import Key
from onebasket.protect.parquet import ParquetCipher
from onebasket.shop import Shop

FOLDER = "corrections"
LINE = "file"  # table_name of a row that never became one
_PLACE = ("table_name", "file", "line", "item")
_SCHEMA = pa.schema(
    [
        ("table_name", pa.string()),
        ("file", pa.string()),
        ("line", pa.int64()),
        ("item", pa.int32()),
        ("row_text", pa.string()),
    ]
)


def fingerprint(shop: Shop, source: str) -> str:
    """Changes when the corrections of a source do; empty where there are none."""
    path = _path(shop, source)
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.exists() else ""


def store_corrections(shop: Shop, key: Key, source: str, rows: Iterable[Mapping[str, Any]]) -> int:
    """Add corrections of one source; `rows` have table_name, file, line, item and row_text.

    Gives how many the source has now. Raises StoreError when they cannot be written.
    """
    merged = {_place(row): dict(row) for row in (*_rows(shop, key, source), *rows)}
    table = pa.Table.from_pylist([merged[place] for place in sorted(merged)], _SCHEMA)
    path = _path(shop, source)
    fresh = path.with_suffix(".new")
    try:
        path.parent.mkdir(mode=0o700, exist_ok=True)
        handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "wb") as file:
            pq.write_table(table, file, encryption_properties=ParquetCipher(key).encryption())
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)
    except OSError as error:
        raise StoreError(
            f"The corrections {path} cannot be written.",
            found=error.strerror,
            state="the corrections are as they were",
            next_step="free some space or mend the permissions, then try again",
        ) from error
    return len(merged)


def corrected_lines(shop: Shop, key: Key, source: str) -> list[tuple[str, int, str]]:
    """File, line and text of each corrected line of a source, in order."""
    return [
        (row["file"], row["line"], row["row_text"])
        for row in _rows(shop, key, source)
        if row["table_name"] == LINE
    ]


def corrected_rows(shop: Shop, key: Key, source: str, table: str) -> list[dict[str, Any]]:
    """Each corrected row of a raw table, as its columns, in order."""
    return [json.loads(row["row_text"]) for row in _rows(shop, key, source) if row["table_name"] == table]


def _path(shop: Shop, source: str) -> Path:
    return shop.folder / FOLDER / f"{source}.parquet"


def _place(row: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(row[name] for name in _PLACE)


def _rows(shop: Shop, key: Key, source: str) -> list[dict[str, Any]]:
    path = _path(shop, source)
    if not path.exists():
        return []
    return list(pq.read_table(path, decryption_properties=ParquetCipher(key).decryption()).to_pylist())
