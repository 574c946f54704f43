"""Refused rows: listed, exported, set right and taken in again."""

from __future__ import annotations

import csv
import json
import os
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from onebasket.errors import SourceError, StoreError
from onebasket.protect import Key
from onebasket.protect.corrections import LINE, store_corrections
from onebasket.shop import Shop
from onebasket.store.base import Store
from onebasket.tables import BY_NAME, QUARANTINE

_REASON = ("source", "stage", "table_name", "reason", "field")
_NEEDED = ("table_name", "source", "file", "line", "item", "row_text")
_ENDINGS = (".csv", ".ndjson")


def by_reason(store: Store) -> list[dict[str, Any]]:
    """How many rows were refused: one entry a source, stage, table_name, reason and field, with `rows`.

    Holds no personal values.
    """
    counts: Counter[tuple[str | None, ...]] = Counter()
    for batch in store.read("quarantine", _REASON):
        counts.update(zip(*(column.to_pylist() for column in batch.columns), strict=True))
    entries = sorted(counts.items(), key=lambda entry: [word or "" for word in entry[0]])
    return [{**dict(zip(_REASON, words, strict=True)), "rows": rows} for words, rows in entries]


def export(store: Store, path: Path) -> int:
    """Write the refused rows to a .csv or .ndjson file, to be set right. Gives how many.

    The file holds personal values, unencrypted: only its owner may read it (mode 600), and it
    should be deleted once its rows are taken in again. Correct the values in `row_text`.
    Raises StoreError when it cannot be written, SourceError for another ending.
    """
    _check_ending(path)
    rows = 0
    with _private(path) as file:
        writer = csv.DictWriter(file, QUARANTINE.names)
        if path.suffix == ".csv":
            writer.writeheader()
        for batch in store.read("quarantine", QUARANTINE.names):
            for row in batch.to_pylist():
                if path.suffix == ".csv":
                    writer.writerow(row)
                else:
                    file.write(json.dumps(row, ensure_ascii=False) + "\n")
            rows += batch.num_rows
    return rows


def take_corrections(shop: Shop, key: Key, path: Path) -> int:
    """Keep the rows of a corrected export for the next run. Gives how many.

    They are stored encrypted in the shop's folder `corrections` and take the place of the rows
    they correct; the rest of the sources stays as it is. Nothing is stored unless all rows are
    sound. Raises SourceError naming the file's line that is not.
    """
    _check_ending(path)
    by_source: dict[str, list[dict[str, Any]]] = {}
    for number, row in _exported(path):
        checked = _checked(shop, path, number, row)
        by_source.setdefault(checked["source"], []).append(checked)
    for source, rows in sorted(by_source.items()):
        store_corrections(shop, key, source, rows)
    return sum(map(len, by_source.values()))


def _checked(shop: Shop, path: Path, number: int, row: Mapping[str, Any]) -> dict[str, Any]:
    """One row of a corrected export. Messages name columns and places, never values."""

    def wrong(found: str, expected: str) -> SourceError:
        return SourceError(
            f"{path}, line {number}: not a corrected row.",
            found=found,
            expected=expected,
            state="no correction was stored",
            next_step="mend that line, changing nothing but row_text",
        )

    missing = [name for name in _NEEDED if row.get(name) in (None, "")]
    if missing:
        raise wrong(f"no {', '.join(missing)}", f"the columns {', '.join(QUARANTINE.names)}")
    if row["source"] not in {source.name for source in shop.sources}:
        raise wrong("an unknown source", "a source of the shop file")
    try:
        line, item = int(row["line"]), int(row["item"])
    except ValueError:
        raise wrong("a line or item that is no number", "the numbers as exported") from None
    checked = {**{name: row[name] for name in _NEEDED}, "line": line, "item": item}
    table = row["table_name"]
    if table == LINE:
        return checked
    if not table.startswith("raw_") or table not in BY_NAME:
        raise wrong("an unknown table_name", "the table_name as exported")
    try:
        values = json.loads(row["row_text"])
    except ValueError:
        raise wrong(
            "a row_text that is no JSON", "the JSON object as exported, with values set right"
        ) from None
    kinds = {column.name: column.type for column in BY_NAME[table].columns}
    if not isinstance(values, dict) or set(values) != set(kinds):
        raise wrong("a row_text with other columns", f"a JSON object of {', '.join(kinds)}")
    if (
        any(values[name] != checked[name] for name in ("source", "file", "line"))
        or values.get("item", 0) != item
    ):
        raise wrong("a row_text of another place", "source, file, line and item as exported")
    for name, value in values.items():
        fits = isinstance(value, str) if kinds[name] == "varchar" else type(value) is int
        if not fits and value is not None:
            raise wrong(f"a wrong type in row_text.{name}", "texts in quotes, as exported")
    return checked


def _exported(path: Path) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """Line number and row of a corrected export."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            if path.suffix == ".csv":
                csv.field_size_limit(1 << 30)
                reader = csv.DictReader(file)
                for row in reader:
                    yield reader.line_num, row
                return
            for number, line in enumerate(file, 1):
                if line.strip():
                    yield number, _object(path, number, line)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        reason = error.strerror if isinstance(error, OSError) else type(error).__name__
        raise SourceError(
            f"The corrected rows {path} cannot be read.",
            found=reason,
            expected="a UTF-8 file as `onebasket quarantine --export` writes it",
            state="no correction was stored",
        ) from None


def _object(path: Path, number: int, line: str) -> Mapping[str, Any]:
    try:
        row = json.loads(line)
    except ValueError:
        row = None
    if not isinstance(row, dict):
        raise SourceError(f"{path}, line {number}: not a JSON object.", state="no correction was stored")
    return row


def _check_ending(path: Path) -> None:
    if path.suffix not in _ENDINGS:
        raise SourceError(
            f"Refused rows are files of another kind than {path.name}.",
            found=path.suffix or "no ending",
            expected=" or ".join(_ENDINGS),
            next_step="give the file one of these endings",
        )


@contextmanager
def _private(path: Path) -> Iterator[IO[str]]:
    """A new file of mode 600."""
    try:
        path.unlink(missing_ok=True)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
            yield file
    except OSError as error:
        raise StoreError(f"The file {path} cannot be written.", found=error.strerror) from error
