"""Opening a file: what its bytes are, in which encoding, with which columns, and where its records stand."""

from __future__ import annotations

import contextlib
import csv
import io
import itertools
import json
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pyarrow.parquet as pq

from onebasket.collect import encodings
from onebasket.collect.header import header_at, known_names
from onebasket.collect.layout import Format
from onebasket.collect.lines import Scan, UnterminatedError
from onebasket.errors import SourceError
from onebasket.shop import Source
from onebasket.store.feed import opened, whole_lines
from onebasket.store.reading import Lines, RawFile, is_wide

_HEAD_BYTES = 1 << 20
_DELIMITERS = (",", ";", "\t", "|")
_KEY_DEPTH = 3
_LOOKED_AT = 100  # rows among which the header is looked for
_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")  # those of today are archives, older ones OLE files
_SAMPLE_OBJECTS = 1_000


def open_file(path: Path, name: str, source: Source, format_: Format) -> RawFile:
    """Look a file through. `name` is what tables call it; `format_` tells encodings and names to expect.

    Raises SourceError for a file that is empty, damaged, in another encoding than stated, or
    whose quotation marks do not close.
    """
    packed, head = _head(path)
    if not head.strip():
        raise _cannot(source, name, "the file is empty", "records", "export it again, or take it out of path")
    size = path.stat().st_size
    if head.startswith(b"PAR1"):
        return RawFile(path, name, "parquet", tuple(pq.read_schema(path).names), size, "binary",
                       lines=Lines(header=False))  # fmt: skip
    if head.startswith(_WORKBOOKS):
        from onebasket.collect import spreadsheets

        return spreadsheets.open_sheet(path, name, size, format_.known)
    declared = format_.encodings
    if head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith((b"{", b"[")):
        declared = ("utf-8",)  # RFC 8259
    encoding = _encoding(head, name, source, declared)
    newline = b"\r" if b"\n" not in head and b"\r" in head and not is_wide(encoding) else b"\n"
    text = _text(head, encoding)
    if text.lstrip()[:1] in ("{", "["):
        return _open_json(path, name, text, encoding, packed)
    return _open_csv(path, name, source, format_, (head, encoding, packed, newline))


def _head(path: Path) -> tuple[bool, bytes]:
    with opened(path, False) as file:
        packed = file.read(2) == b"\x1f\x8b"
    with opened(path, packed) as file:
        return packed, file.read(_HEAD_BYTES)


def _encoding(head: bytes, name: str, source: Source, declared: tuple[str, ...]) -> str:
    lines = head.split(b"\n")[: None if len(head) < _HEAD_BYTES else -1]
    if source.encoding:
        stated = encodings.known(source.encoding)
        if stated is None:
            raise SourceError(
                f"Source {source.name}: there is no such encoding.",
                found=f'encoding = "{source.encoding}"',
                expected="a name such as utf-8, cp1252 or gb18030",
                next_step="correct the name in the shop file",
            )
        if not is_wide(stated) and not encodings.fits(lines, stated):
            raise _wrong_encoding(source, name, stated, encodings.guess(lines, declared))
        return stated
    return encodings.marked(head) or encodings.guess(lines, declared)


def _text(head: bytes, encoding: str) -> str:
    return head.decode(encoding, "replace").removeprefix("\ufeff")


def _open_json(path: Path, name: str, text: str, encoding: str, packed: bool) -> RawFile:
    size = path.stat().st_size
    if text.lstrip().startswith("["):
        keys = keys_of(array_start(text))
        plain = encoding == "utf-8" and not _has_mark(path, packed)
        return RawFile(path, name, "json", keys, size, encoding, gzip=packed, plain=plain,
                       lines=Lines(header=False))  # fmt: skip
    scan = Scan(1, None, encoding=None if encoding == "utf-8" or is_wide(encoding) else encoding)
    for piece in whole_lines(path, packed, encoding):
        scan.feed(piece)
    return RawFile(
        path, name, "ndjson", keys_of(objects(text)), size, encoding, gzip=packed,
        plain=encoding == "utf-8" and not _has_mark(path, packed),
        lines=scan.result(), undecodable=np.array(scan.undecodable, np.int64),
    )  # fmt: skip


def _has_mark(path: Path, packed: bool) -> bool:
    """Whether the file begins with UTF-8's byte order mark, which a JSON reader stumbles over."""
    with opened(path, packed) as file:
        return file.read(3) == b"\xef\xbb\xbf"


def _open_csv(
    path: Path,
    name: str,
    source: Source,
    format_: Format,
    seen: tuple[bytes, str, bool, bytes],
    *,
    settled: bool = False,
) -> RawFile:
    """`seen` is its head, the encoding that seems to be its own, whether it is packed, and how lines end."""
    head, encoding, packed, newline = seen
    text = _text(head, encoding)
    if newline == b"\r":
        text = text.replace("\r", "\n")
    found = _header(text, source.delimiter, format_.known)
    if found is None:
        expected, hint = "a row that names the columns", "take the file out of path, or export it again"
        raise _cannot(source, name, "a first row too long to be one of names", expected, hint)
    delimiter, header, first = found

    def look(encoding: str, closely: bool = False) -> tuple[Scan, Lines]:
        checked = "utf-8" if is_wide(encoding) else encoding
        scan = Scan(
            first,
            delimiter,
            newline=newline,
            encoding=checked,
            single_column=len(header) == 1,
            closely=closely,
        )
        try:
            for piece in whole_lines(path, packed, encoding, newline):
                scan.feed(piece)
            return scan, scan.result()
        except UnterminatedError as error:
            raise _cannot(
                source,
                name,
                f"a quotation mark opens on line {error.line} and is never closed",
                "a closing quotation mark within the record",
                f"close the mark on line {error.line}, or take it out",
            ) from None

    scan, lines = look(encoding)
    doubtful = not (settled or source.encoding or is_wide(encoding))
    if doubtful and 2 * len(scan.undecodable) > scan.beyond_ascii:
        better = encodings.guess(_some_lines(path, packed, scan.undecodable), format_.encodings)
        if better != encoding:
            return _open_csv(path, name, source, format_, (head, better, packed, newline), settled=True)
    if 2 * len(scan.undecodable) > max(scan.lines, 1):
        likely = encodings.likeliest(_some_lines(path, packed, scan.undecodable))
        raise _wrong_encoding(source, name, encoding, likely)
    return RawFile(
        path, name, "csv", header, path.stat().st_size, encoding, delimiter, packed, scan.line_ends,
        plain=encoding == "utf-8" and not scan.undecodable and scan.line_ends == "as_is" and first == 1,
        padded=format_.padded,
        lines=lines, undecodable=np.array(scan.undecodable, np.int64),
        look_again=lambda: look(encoding, closely=True)[1],
    )  # fmt: skip


def _header(text: str, stated: str | None, known: Collection[str]) -> tuple[str, tuple[str, ...], int] | None:
    """Delimiter, names of columns, and the line the header begins on; None where no row can be read."""
    found = []
    for delimiter in (stated,) if stated else _DELIMITERS:
        rows, begins = _first_rows(text, delimiter)
        place = header_at(rows, known)
        if place is not None:
            header = tuple(rows[place])
            found.append((known_names(header, known), len(header), delimiter, header, begins[place]))
    return max(found, key=lambda each: each[:2])[2:] if found else None


def _first_rows(text: str, delimiter: str) -> tuple[list[list[str]], list[int]]:
    """The rows among which the header is looked for, and the lines they begin on."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    rows, begins, before = [], [], 0
    with contextlib.suppress(csv.Error):  # a cell too long for this reader ends the look
        for row in itertools.islice(reader, _LOOKED_AT):
            rows.append(row)
            begins.append(before + 1)
            before = reader.line_num
    return rows, begins


def _some_lines(path: Path, packed: bool, wanted: list[int]) -> list[bytes]:
    """The bytes of the first thousand wanted lines."""
    some, found, number = set(wanted[:1000]), [], 0
    with opened(path, packed) as file:
        for line in file:
            number += 1
            if number in some:
                found.append(line)
                if len(found) == len(some):
                    break
    return found


def objects(text: str) -> Iterator[Any]:
    """The JSON objects of a text, one a line; lines that are none are left out."""
    for line in text.splitlines():
        try:
            yield msgspec.json.decode(line)
        except msgspec.DecodeError:
            continue


def array_start(text: str) -> Iterator[Any]:
    """The first objects of a JSON array, as far as the text goes."""
    decoder, at = json.JSONDecoder(), text.index("[") + 1
    while True:
        while at < len(text) and text[at] in " \t\r\n,":
            at += 1
        try:
            value, at = decoder.raw_decode(text, at)
        except ValueError:
            return
        yield value


def keys_of(values: Iterable[Any]) -> tuple[str, ...]:
    """The keys of the first objects, inner ones with dots, in the order in which they first came."""
    found: dict[str, None] = {}

    def visit(value: dict[str, Any], prefix: str, depth: int) -> None:
        for key, inner in value.items():
            found[prefix + key] = None
            if isinstance(inner, dict) and depth < _KEY_DEPTH:
                visit(inner, f"{prefix}{key}.", depth + 1)

    for value in itertools.islice(values, _SAMPLE_OBJECTS):
        if isinstance(value, dict):
            visit(value, "", 1)
    return tuple(found)


def _cannot(source: Source, name: str, found: str, expected: str, next_step: str) -> SourceError:
    return SourceError(
        f"Source {source.name}: {name} cannot be read.",
        found=found,
        expected=expected,
        state="nothing was published",
        next_step=next_step,
    )


def _wrong_encoding(source: Source, name: str, encoding: str, likely: str) -> SourceError:
    return _cannot(
        source,
        name,
        f"bytes that are not {encoding} on most of its lines with letters beyond ASCII",
        f"text in {encoding}; the bytes look like {likely}",
        f'set encoding = "{likely}" for the source in the shop file, or export the file as UTF-8',
    )
