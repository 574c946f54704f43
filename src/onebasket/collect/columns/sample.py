"""The beginning of a file of unknown layout: encoding, delimiter, the row of names, some rows."""

from __future__ import annotations

import csv
import io
import itertools
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

from onebasket.collect import encodings, opening, spreadsheets
from onebasket.collect.columns.names import key
from onebasket.collect.columns.profile import filled
from onebasket.collect.columns.vocabulary import meanings
from onebasket.errors import SourceError
from onebasket.store.feed import opened
from onebasket.store.reading import is_wide

MOST_ROWS = 2_000
_HEAD_BYTES = 2 << 20
_DELIMITERS = (",", ";", "\t", "|")
_LOOKED_AT = 40  # rows among which the names are looked for
_FEWEST_KNOWN = 2
_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
_DATA = re.compile(
    r"'?[-+$€£¥]?\d[\d.,:/ -]*%?|[^@\s]+@[^@\s]+\.[^@\s]+|https?://\S+|true|false", re.IGNORECASE
)

Column = list[str | None]


@dataclass(frozen=True)
class Sample:
    """Some rows of a file. `header_line` is 0 where no row names the columns; they are called column 1, 2, …

    `delimiter` is empty where the file has none. `columns` hold the values of each, in the order of `header`.
    """

    path: Path
    kind: str
    encoding: str
    delimiter: str
    header_line: int
    header: tuple[str, ...]
    columns: tuple[Column, ...]

    @property
    def rows(self) -> int:
        """How many rows were read."""
        return len(self.columns[0]) if self.columns else 0


def take(path: Path) -> Sample:
    """The first rows of a file; of a large one no more is read than that.

    Raises SourceError for what is no file, or holds nothing.
    """
    if not path.is_file():
        raise SourceError(f"There is no file {path}.", expected="a CSV, JSON, XLSX or Parquet file")
    with path.open("rb") as file:
        packed = file.read(2) == b"\x1f\x8b"
    with opened(path, packed) as file:
        head = file.read(_HEAD_BYTES)
    if not head.strip():
        raise SourceError(f"{path} is empty.", expected="a row of names, and rows below it")
    if head.startswith(b"PAR1") or head.startswith(_WORKBOOKS):
        return _of_batches(path, "parquet" if head.startswith(b"PAR1") else "workbook")
    lines = head.split(b"\n")[: None if len(head) < _HEAD_BYTES else -1]
    encoding = encodings.marked(head) or encodings.guess(lines, ())
    text = (
        (head if is_wide(encoding) else b"\n".join(lines)).decode(encoding, "replace").removeprefix("\ufeff")
    )
    if text.lstrip()[:1] in ("{", "["):
        return _of_objects(path, text, encoding)
    return _of_text(path, text.replace("\r\n", "\n").replace("\r", "\n"), encoding)


def _of_text(path: Path, text: str, encoding: str) -> Sample:
    read = {sign: _rows(text, sign) for sign in _DELIMITERS}
    delimiter = max(_DELIMITERS, key=lambda sign: _regular(read[sign]))
    rows = [(line, row) for line, row in read[delimiter] if any(cell.strip() for cell in row)]
    if not rows:
        raise SourceError(f"{path} has no row that can be read.", expected="texts parted by a delimiter")
    place = _names_at([row for _, row in rows])
    names = rows[place][1] if place is not None else []
    width = len(names) or Counter(len(row) for _, row in rows).most_common(1)[0][0]
    below = [row for _, row in (rows if place is None else rows[place + 1 :])][:MOST_ROWS]
    columns = [[row[at] if at < len(row) else None for row in below] for at in range(width)]
    header = tuple(names) if names else tuple(f"column {at}" for at in range(1, width + 1))
    return Sample(
        path, "text", encoding, delimiter, rows[place][0] if place is not None else 0, header, tuple(columns)
    )


def _rows(text: str, delimiter: str) -> list[tuple[int, list[str]]]:
    """The first rows with the lines they begin on, as far as they can be read."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    found, begins = [], 1
    try:
        for row in itertools.islice(reader, MOST_ROWS + _LOOKED_AT):
            found.append((begins, row))
            begins = reader.line_num + 1
    except csv.Error:
        pass
    return found


def _regular(rows: list[tuple[int, list[str]]]) -> tuple[float, int]:
    """How well a delimiter fits: how many fields most rows have alike."""
    counts = Counter(len(row) for _, row in rows[:200] if row)
    if not counts:
        return 0.0, 0
    width, times = max(counts.items(), key=lambda each: (each[1] * (each[0] > 1), each[0]))
    return (times / sum(counts.values())) * min(width - 1, 3), width


def _names_at(rows: Sequence[Sequence[str]]) -> int | None:
    """Which row names the columns: that with most names that are known; else the first one of full width,
    where it says other things than the rows below. None: no row does."""
    looked = rows[:_LOOKED_AT]
    known = [len({key(cell) for cell in row if cell.strip()} & _known()) for row in looked]
    if max(known) >= _FEWEST_KNOWN:
        return known.index(max(known))
    width = Counter(len(row) for row in rows).most_common(1)[0][0]
    first = next((at for at, row in enumerate(looked) if len(row) == width), 0)
    row = rows[first]
    if known[first] and not any(_DATA.fullmatch(cell.strip()) for cell in row):
        return first
    data = sum(_DATA.fullmatch(cell.strip()) is not None for cell in row)
    filled_ = [cell.strip() for cell in row if cell.strip()]
    repeated = any(cell in other for cell in filled_ for other in rows[first + 1 : first + 200])
    alike = len(set(filled_)) < len(filled_)
    return None if data or repeated or (alike and not known[first]) else first


class _Vocabulary(frozenset[str]):
    """All names of the vocabulary, in any writing."""

    def __contains__(self, name: object) -> bool:
        return key(str(name)) in _known()


@cache
def _known() -> frozenset[str]:
    """All names of the vocabulary."""
    return frozenset(
        key(name) for meaning in meanings() for names in meaning.names.values() for name in names
    )


def _of_objects(path: Path, text: str, encoding: str) -> Sample:
    if text.lstrip().startswith("["):
        objects = list(itertools.islice(opening.array_start(text), MOST_ROWS))
    else:
        objects = list(itertools.islice(opening.objects(text), MOST_ROWS))
    header = opening.keys_of(objects)
    if not header:
        raise SourceError(
            f"{path} holds no JSON object that can be read.", expected="one a line, or one list of them"
        )
    flat = [each for each in objects if isinstance(each, dict)]
    columns = {name: [_inside(each, name) for each in flat] for name in header}
    kept = [name for name in header if any(value is not None for value in columns[name])]
    return Sample(path, "JSON", encoding, "", 1, tuple(kept), tuple(columns[name] for name in kept))


def _inside(value: Any, name: str) -> str | None:
    """The text at the end of a path with dots; None where there is none, or something nested."""
    for part in name.split("."):
        value = value.get(part) if isinstance(value, dict) else None
    if value is None or isinstance(value, dict):
        return None
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()


def _of_batches(path: Path, kind: str) -> Sample:
    """Of a workbook all rows down to the last one looked at; of Parquet one batch."""
    if kind == "workbook":
        file = spreadsheets.open_sheet(path, path.name, path.stat().st_size, _Vocabulary())
        batch = next(iter(file.rows), None) if file.rows else None
        rows = [list(file.header)] + (
            list(map(list, zip(*batch.to_pydict().values(), strict=True))) if batch else []
        )
        texts = [
            ["" if cell is None else str(cell) for cell in row] for row in rows[: MOST_ROWS + _LOOKED_AT]
        ]
        place = _names_at(texts) or 0
        columns = [[row[at] or None for row in texts[place + 1 :]] for at in range(len(texts[place]))]
        return Sample(path, kind, "binary", "", file.lines.first + place, tuple(texts[place]), tuple(columns))
    import pyarrow.parquet as pq

    with pq.ParquetFile(path) as parquet:
        batch = next(parquet.iter_batches(batch_size=MOST_ROWS), None)
        names = parquet.schema_arrow.names
    said = batch.to_pydict() if batch is not None else {name: [] for name in names}
    columns = [[None if value is None else str(value) for value in said[name]] for name in names]
    return Sample(path, kind, "binary", "", 1, tuple(names), tuple(columns))


def mended(name: str) -> str:
    """A name whose bytes were read in the wrong encoding, read in the right one; other names as they are."""
    if name.isascii():
        return name
    for wrong, right in (
        ("cp1252", "utf-8"),
        ("latin-1", "utf-8"),
        ("gb18030", "utf-8"),
        ("latin-1", "gb18030"),
    ):
        try:
            said = name.encode(wrong).decode(right)
        except UnicodeError:
            continue
        foreign = right == "utf-8" or (
            re.fullmatch(r"[一-鿿（）\w ()/:-]+", said) and re.search("[一-鿿]{2}", said)
        )
        if foreign and said != name and said.isprintable():
            return said
    return name


def some(values: Column, most: int = 3) -> list[str]:
    """Different values of a column, the first ones."""
    return list(itertools.islice(dict.fromkeys(filled(values)), most))
