"""A whole file as one table of texts, for what needs no shop."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pyarrow as pa
import pyarrow.csv as pc_csv
import pyarrow.parquet as pq

from onebasket.collect.layout import ANY
from onebasket.collect.opening import open_file
from onebasket.errors import SourceError
from onebasket.shop import Source
from onebasket.store.feed import opened
from onebasket.store.reading import RawFile, is_wide

_LONGEST = 64 << 20  # bytes of one record


def read_table(path: Path) -> tuple[pa.Table, list[str]]:
    """Read CSV (any delimiter and encoding), NDJSON, JSON, XLSX or Parquet, gzipped or not.

    Texts stay texts, so that leading zeros stay; Parquet keeps its types. Comes with notes on what was
    read otherwise than it stands. Raises SourceError for a file that is missing, empty or damaged.
    """
    if not path.is_file():
        raise SourceError(
            f"There is no file {path}.",
            found="a folder" if path.is_dir() else "nothing",
            expected="a CSV, NDJSON, JSON, XLSX or Parquet file",
        )
    try:
        file = open_file(path, str(path), Source(name=path.name, channel="file", format="table"), ANY)
        table = _read(file)
    except (pa.ArrowInvalid, UnicodeDecodeError, json.JSONDecodeError) as error:
        raise SourceError(
            f"{path} cannot be read.",
            found=_without_values(error),
            expected="a whole file of the kind that it begins as",
            next_step="mend it, or export it again",
        ) from error
    notes = []
    if len(file.undecodable):
        lines = f"{len(file.undecodable):,} lines of {path.name}"
        notes.append(f"{lines} hold bytes that are not {file.encoding}; they are read as \\xNN.")
    return table.rename_columns([name.strip() for name in table.column_names]), notes


def _without_values(error: Exception) -> str:
    """What a reader says of a file, without the values that it may quote."""
    if "straddling" in str(error):
        return f"a record of more than {_LONGEST >> 20} MiB, or a quote that nothing closes"
    row = re.search(r"Row #\d+|line \d+|row \d+", str(error))
    return f"{type(error).__name__}{' at ' + row.group() if row else ''}"


def _read(file: RawFile) -> pa.Table:
    if file.kind == "parquet":
        return pq.ParquetFile(file.path).read()  # read_table imports what reads folders: slow
    if file.rows is not None:
        return file.rows.read_all()
    with opened(file.path, file.gzip) as stream:
        text = stream.read()
    if not file.plain:
        wide = is_wide(file.encoding)
        text = (text.decode(file.encoding, "replace") if wide else file.decode(text)[0]).encode()
    if file.kind == "csv":
        return _read_csv(file, text)
    said = text.decode("utf-8-sig")
    if file.kind == "json":
        rows = json.loads(said)
        return _of_texts(rows if isinstance(rows, list) else [rows])
    return _of_texts([json.loads(line) for line in said.split("\n") if line.strip()])


def _read_csv(file: RawFile, text: bytes) -> pa.Table:
    """The quick reader of CSV; a line that has too many or too few fields is an error."""
    names = list(file.header)
    return pc_csv.read_csv(
        pa.py_buffer(text),
        read_options=pc_csv.ReadOptions(column_names=names, skip_rows=file.lines.first, block_size=_LONGEST),
        parse_options=pc_csv.ParseOptions(delimiter=file.delimiter, newlines_in_values=True),
        convert_options=pc_csv.ConvertOptions(
            column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=True, null_values=[""]
        ),
    )


def _of_texts(rows: list[object]) -> pa.Table:
    """Objects as a table; keys in the order in which they turn up, nested values as JSON."""
    objects = [row for row in rows if isinstance(row, dict)]
    if len(objects) < len(rows):
        raise SourceError(
            f"{len(rows) - len(objects):,} of {len(rows):,} JSON values are no objects.",
            expected="objects: one a line, or in one list",
        )
    names = list(dict.fromkeys(name for row in objects for name in row))
    columns = {name: pa.array([_text(row.get(name)) for row in objects], pa.string()) for name in names}
    return pa.table(columns)


def _text(value: object) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False)
