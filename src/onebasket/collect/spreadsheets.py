"""Spreadsheets (XLSX, XLS, ODS): the first sheet, row by row."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import python_calamine as calamine

from onebasket.collect.header import header_at
from onebasket.errors import SourceError
from onebasket.store.reading import Lines, RawFile

_BATCH_ROWS = 5_000
_LOOKED_AT = 100  # rows among which the header is looked for
_DAMAGE = (calamine.CalamineError, calamine.ZipError, calamine.XmlError, OSError)


def open_sheet(path: Path, name: str, size: int, known: Collection[str]) -> RawFile:
    """The first sheet of a workbook; the row with the most `known` names is the header, else the first that
    is not empty.

    A record's line is its row in the sheet. Raises SourceError when there is no such row.
    """
    try:
        book = calamine.CalamineWorkbook.from_path(str(path))
        sheet = book.get_sheet_by_index(0)
    except calamine.PasswordError as error:
        raise _cannot(path, "a workbook behind a password") from error
    except _DAMAGE as error:
        raise _cannot(path, f"not a workbook ({type(error).__name__})") from error
    first_rows = [[_text(cell) or "" for cell in row] for row in sheet.to_python(nrows=_LOOKED_AT)]
    place = header_at(first_rows, known)
    if place is None:
        raise _cannot(path, "an empty sheet")
    header = first_rows[place]
    while header and not header[-1]:
        header.pop()
    schema = pa.schema([(f"c{column}", pa.string()) for column in range(len(header))])
    above = sheet.start[0] if sheet.start else 0

    def batches() -> Iterator[pa.RecordBatch]:
        held: list[list[str | None]] = []
        for number, row in enumerate(sheet.iter_rows()):
            if number <= above + place:
                continue
            cells = [_text(cell) for cell in row[: len(header)]]
            held.append(cells + [None] * (len(header) - len(cells)))
            if len(held) == _BATCH_ROWS:
                yield _batch(held, schema)
                held.clear()
        if held:
            yield _batch(held, schema)
        book.close()

    reader = pa.RecordBatchReader.from_batches(schema, batches())
    lines = Lines(above + place + 1)
    return RawFile(path, name, "rows", tuple(header), size, "binary", lines=lines, rows=reader)


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
        expected="a sheet with a row that names the columns",
        state="nothing was published",
        next_step="save it again as .xlsx or as CSV",
    )
