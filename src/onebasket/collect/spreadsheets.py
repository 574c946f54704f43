"""Spreadsheets (XLSX): the first sheet, row by row."""

from __future__ import annotations

import datetime as dt
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as pa
from openpyxl.utils.exceptions import InvalidFileException

from onebasket.errors import SourceError
from onebasket.store.reading import Lines, RawFile

_BATCH_ROWS = 5_000


def open_sheet(path: Path, name: str, size: int) -> RawFile:
    """The first sheet of a workbook; its first row that is not empty names the columns.

    A record's line is its row in the sheet. Raises SourceError when there is no such row.
    """
    try:
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
    except (InvalidFileException, zipfile.BadZipFile, KeyError, OSError) as error:
        raise _cannot(path, f"not a workbook ({type(error).__name__})") from error
    rows = book.worksheets[0].iter_rows(values_only=True)
    first, header = next(
        (
            (number, cells)
            for number, row in enumerate(rows, 1)
            if any(cells := [_text(c) or "" for c in row])
        ),
        (0, []),
    )
    if not header:
        raise _cannot(path, "an empty sheet")
    schema = pa.schema([(f"c{place}", pa.string()) for place in range(len(header))])

    def batches() -> Iterator[pa.RecordBatch]:
        held: list[list[str | None]] = []
        for row in rows:
            cells = [_text(cell) for cell in row[: len(header)]]
            held.append(cells + [None] * (len(header) - len(cells)))
            if len(held) == _BATCH_ROWS:
                yield _batch(held, schema)
                held.clear()
        if held:
            yield _batch(held, schema)
        book.close()

    reader = pa.RecordBatchReader.from_batches(schema, batches())
    return RawFile(path, name, "rows", tuple(header), size, "binary", lines=Lines(first), rows=reader)


def _batch(rows: list[list[str | None]], schema: pa.Schema) -> pa.RecordBatch:
    columns = [pa.array(column, pa.string()) for column in zip(*rows, strict=True)]
    return pa.RecordBatch.from_arrays(columns, schema=schema)


def _text(cell: Any) -> str | None:
    """What a cell says. Whole numbers have no point, times are ISO 8601."""
    if cell is None or cell == "":
        return None
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    if isinstance(cell, dt.datetime):
        return cell.isoformat(sep=" ")
    return str(cell)


def _cannot(path: Path, found: str) -> SourceError:
    return SourceError(
        f"The workbook {path} cannot be read.",
        found=found,
        expected="a sheet whose first row names the columns",
        state="nothing was published",
        next_step="save it again as .xlsx or as CSV",
    )
