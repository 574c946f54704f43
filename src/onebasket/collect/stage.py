"""The stage: every file of a source is read once, and what it said is written as it said it."""

from __future__ import annotations

import contextlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import pyarrow as pa

from onebasket.accounting import Account, Progress, silent
from onebasket.collect import databases, live
from onebasket.collect.conventions import Evidence, decimal_marks, month_first, total
from onebasket.collect.files import find, name_of
from onebasket.collect.formats import format_of
from onebasket.collect.formats.segment import EVENTS
from onebasket.collect.landed import Landed
from onebasket.collect.landing import remote
from onebasket.collect.landing.place import Chunk, Place
from onebasket.collect.layout import Format, Layout
from onebasket.collect.opening import open_file
from onebasket.collect.recognise import layout_of
from onebasket.protect import Key
from onebasket.protect.corrections import corrected_lines
from onebasket.shop import Shop, Source
from onebasket.store.duckdb import DuckStore
from onebasket.store.duckdb_read import Reader
from onebasket.store.portable_types import arrow_type
from onebasket.store.reading import Counted, RawFile
from onebasket.tables import FILES, SOURCES, Column

_BATCH_BYTES = 256 << 20
_THREADS = 2  # unpacking and looking through leave Python's lock alone most of the time
_TEXTS = 100_000  # of a column, to tell how a source writes dates and numbers
_TIMES = ("time", "day", "shipped_time")
_AMOUNTS = ("total", "amount", "gross", "unit_price", "price", "revenue", "cost", "fee")
_BESIDE = ("files", "quarantine", "duplicates")  # parts of a group beside its raw tables
_GZIP_RATIO = 8  # exports shrink to about an eighth


def collect(
    store: DuckStore,
    shop: Shop,
    source: Source,
    key: Key,
    progress: Progress = silent,
    inbox: int = 0,
    code: str = "",
    *,
    again: bool = False,
) -> list[Account]:
    """Write the parts of one source: sources, files, raw tables, and what could not be read.

    The parts of a table are `{source}.{n:04d}`. The account is of records: kept are those that
    became rows, or hold nothing we look for. Corrected lines of the source's files stand where the lines
    themselves stood. Of a live source all is read up to a block, `inbox`. Raises SourceError when a file is
    missing, empty, damaged, in another encoding than stated, not of the source's format, or cannot be read
    without losing records.
    """
    format_ = format_of(source)
    if source.landed and not source.remote:
        return _collect_landed(store, shop, source, key, progress, (code, again))
    counted: list[Counted] = []
    layouts: dict[str, str] = {}
    evidence: dict[str, Evidence] = defaultdict(Evidence)
    corrected = _corrected(shop, source, key)
    with contextlib.ExitStack() as stack:
        files = _open(shop, source, key, progress, stack)
        if source.live:
            files = [(EVENTS, file) for file in live.open_inbox(shop, source, key, inbox)]
        reader = stack.enter_context(Reader(store, source.name, source.channel, key.pepper))
        for number, (layout, batch) in enumerate(_batches(files)):
            counted += reader.load(batch, layout.tables, corrected)
            part = f"{source.name}.{number:04d}"
            _note(evidence, format_, reader)
            for table in reader.tables:
                store.write(table, reader.rows(table), part, ordered=table != "raw_people")
            layouts |= dict.fromkeys((file.name for file in batch), layout.name)
            progress(f"collect {source.name}", len(counted), len(files))
        store.write("quarantine", reader.refusals.rows(), f"{source.name}.collect")
    store.write("sources", store.arrow(_source_row(shop, source, format_, evidence)), source.name)
    store.write("files", store.arrow(_file_rows(source, counted, layouts)), source.name)
    read, refused = sum(each.read for each in counted), sum(each.refused for each in counted)
    return [Account("collect", source.name, "file", read, read - refused, refused).check()]


def _collect_landed(
    store: DuckStore, shop: Shop, source: Source, key: Key, progress: Progress, code: tuple[str, bool]
) -> list[Account]:
    """Write the parts of what landed, those of a group of chunks together; groups as they were are reused."""
    format_ = format_of(source)
    landed = Landed(Place(shop, source, key), source)
    corrected = _corrected(shop, source, key)
    groups = landed.groups([_reading(source), code[0], sorted(corrected.items())])
    layouts = {part: landed.layout(format_, chunks) for part, chunks in groups.items()}
    names = {part: (*layout.tables, *_BESIDE) for part, layout in layouts.items()}
    evidence: dict[str, Evidence] = defaultdict(Evidence)
    told = format_.month_first or format_.decimal_mark is None  # by all of the rows, so all are read
    reused = set() if code[1] or told else store.reuse(names)
    with Reader(store, source.name, source.channel, key.pepper) as reader:
        for number, (part, chunks) in enumerate(groups.items()):
            if part not in reused:
                _write_group(store, reader, landed, part, (layouts[part], chunks), corrected)
                _note(evidence, format_, reader)
            progress(f"collect {source.name}", number + 1, len(groups))
    store.write("sources", store.arrow(_source_row(shop, source, format_, evidence)), source.name)
    ((records, refused),) = store.sql("collect/accounts", source=source.name).fetchall()
    repeated = landed.left
    kept = records - refused - repeated
    return [Account("collect", source.name, "file", records, kept, refused, repeated).check()]


def _write_group(
    store: DuckStore,
    reader: Reader,
    landed: Landed,
    part: str,
    group: tuple[Layout, Sequence[Chunk]],
    corrected: Mapping[str, Mapping[int, str]],
) -> None:
    """Read some chunks together and write all that comes of them. The records of a chunk are all its rows."""
    layout, chunks = group
    counted = reader.load([landed.file(chunk) for chunk in chunks], layout.tables, corrected)
    for table in reader.tables:
        store.write(table, reader.rows(table), part, ordered=table != "raw_people")
    store.write("quarantine", reader.refusals.rows(), part)
    reader.refusals.forget()
    store.write("duplicates", store.arrow(landed.repeated(chunks)), part)
    whole = [
        replace(each, read=each.read + len(landed.left_out(chunk)))
        for each, chunk in zip(counted, chunks, strict=True)
    ]
    names = dict.fromkeys((each.file.name for each in counted), layout.name)
    store.write("files", store.arrow(_file_rows(landed.source, whole, names)), part)


def _reading(source: Source) -> Any:
    """The settings that what is read depends on."""
    return msgspec.to_builtins(msgspec.structs.replace(source, health=None))


def _corrected(shop: Shop, source: Source, key: Key) -> dict[str, dict[int, str]]:
    """The corrected lines of a source: file → line → text."""
    corrected: dict[str, dict[int, str]] = {}
    for name, line, text in corrected_lines(shop, key, source.name):
        corrected.setdefault(name, {})[line] = text
    return corrected


def _open(
    shop: Shop, source: Source, key: Key, progress: Progress, stack: contextlib.ExitStack
) -> list[tuple[Layout, RawFile]]:
    """All files of a source, looked through, each with its layout."""
    format_ = format_of(source)
    if source.remote:
        named = remote.landed(Place(shop, source, key), key)
        files = [remote.open_landed(path, name, source, format_, stack) for name, path in named]
    elif source.url:
        files = [databases.open_query(source, shop.folder, stack)]
    else:
        paths = find(shop, source)

        def look(path: Path) -> RawFile:
            return open_file(path, name_of(shop, path), source, format_)

        files = []
        with ThreadPoolExecutor(_THREADS) as pool:
            for file in pool.map(look, paths):
                files.append(file)
                progress(f"look through {source.name}", len(files), len(paths))
    # A key that one file's first objects lack may stand in another's.
    keys = {name for file in files if file.kind in ("json", "ndjson") for name in file.header}
    return [
        (layout_of(format_, file, source, keys if file.kind in ("json", "ndjson") else file.header), file)
        for file in files
    ]


def _batches(files: Iterable[tuple[Layout, RawFile]]) -> Iterator[tuple[Layout, list[RawFile]]]:
    """Files that can be read together: one layout, kind and header, and not too large in all."""
    groups: dict[tuple[object, ...], list[tuple[Layout, RawFile]]] = {}
    for layout, file in files:
        header = () if file.kind in ("json", "ndjson") else file.header
        same = (layout.name, file.kind, header, file.delimiter, file.gzip)
        groups.setdefault(same, []).append((layout, file))
    for group in groups.values():
        batch: list[RawFile] = []
        size = 0
        for layout, file in group:
            unpacked = file.size * (_GZIP_RATIO if file.gzip else 1)
            if batch and size + unpacked > _BATCH_BYTES:
                yield layout, batch
                batch, size = [], 0
            batch.append(file)
            size += unpacked
        yield group[0][0], batch


def _note(evidence: dict[str, Evidence], format_: Format, reader: Reader) -> None:
    """Note what the loaded rows of each file say of dates and numbers, where the format leaves that open."""
    for table in reader.tables:
        for column in _TIMES if format_.month_first else ():
            for file, texts in reader.texts(table, column, _TEXTS).items():
                evidence[file].read_dates(texts)
        for column in _AMOUNTS if format_.decimal_mark is None else ():
            for file, texts in reader.texts(table, column, _TEXTS).items():
                evidence[file].read_numbers(texts)


def _source_row(shop: Shop, source: Source, format_: Format, evidence: Mapping[str, Evidence]) -> pa.Table:
    """How the texts of a source are to be read: as the shop file says, else its format, else the shop."""
    country = source.country or format_.country or shop.shop.country
    whole = total(evidence.values())

    def way(month_first: bool, mark: str) -> dict[str, Any]:
        inferred = (month_first and format_.month_first) or format_.time_formats
        return {
            "mark": source.decimal or format_.decimal_mark or mark,
            "times": list(source.time_formats or inferred),
        }

    most = way(whole.month_first(country), whole.decimal_mark)
    first, marks = month_first(evidence, country), decimal_marks(evidence)
    ways = {file: way(first[file], marks[file]) for file in sorted(evidence)}
    return _table(SOURCES.columns, [{
        "source": source.name,
        "channel": source.channel,
        "format": format_.name,
        "accounts": source.accounts or source.name,
        "currency": source.currency or format_.currency or shop.shop.currency,
        "time_formats": most["times"],
        "time_zone": source.timezone or format_.time_zone or shop.shop.timezone,
        "decimal_mark": most["mark"],
        "country": country,
        "unlike": [{"file": file, **own} for file, own in ways.items() if own != most],
    }])  # fmt: skip


def _file_rows(source: Source, counted: Sequence[Counted], layouts: dict[str, str]) -> pa.Table:
    return _table(FILES.columns, [{
        "source": source.name,
        "file": each.file.name,
        "layout": layouts[each.file.name],
        "header": list(each.file.header),
        "encoding": each.file.encoding,
        "bytes": each.file.size,
        "rows": each.read,
        "rejected": each.refused,
    } for each in counted])  # fmt: skip


def _table(columns: Sequence[Column], rows: list[dict[str, object]]) -> pa.Table:
    schema = pa.schema([(column.name, arrow_type(column.type)) for column in columns])
    return pa.Table.from_pylist(rows, schema=schema)
