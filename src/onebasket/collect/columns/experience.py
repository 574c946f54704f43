"""What a shop has learnt of columns: maps that ran, without any value, and keys of its tables."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import msgspec

from onebasket import shop as shop_file
from onebasket.collect.columns.names import key
from onebasket.collect.columns.proposing import Experience
from onebasket.collect.columns.vocabulary import TABLES
from onebasket.durable import write_whole
from onebasket.errors import QueryError
from onebasket.shop import Constant, Mapped, Shop, Source
from onebasket.store.basket import Basket, Version
from onebasket.store.duckdb_query import query

FILE = "columns.json"
_MOST_VALUES = 50_000
_HERE = Path(__file__).parent
_ASKED = ("known_orders.sql", "known_products.sql")


def remember(folder: Path, manifest: Mapping[str, Any]) -> None:
    """Keep the maps of the sources that a version was made of: names of columns, and no values."""
    stopped = manifest.get("stopped") or {}
    try:
        sources = msgspec.convert(manifest["settings"]["sources"], tuple[Source, ...])
    except (KeyError, msgspec.ValidationError):  # written by another version of the program
        return
    before = remembered(folder)
    after = dict(before)
    for source in sources:
        if source.name not in stopped:
            after |= _maps(source)
    if after != before:
        text = json.dumps(dict(sorted(after.items())), ensure_ascii=False, indent=1)
        write_whole(folder / FILE, text.encode(), folder / f".{FILE}.{os.getpid()}")


def remembered(folder: Path) -> dict[str, list[str]]:
    """What maps that ran said of columns, by the key of the name; nothing where none is readable."""
    try:
        said = json.loads((folder / FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    if not isinstance(said, dict):
        return {}
    return {name: [str(each) for each in ours] for name, ours in said.items() if isinstance(ours, list)}


def _maps(source: Source) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for table in TABLES:
        mapping: Mapping[str, Mapped] = getattr(source, table)
        for ours, theirs in mapping.items():
            for name in (
                () if isinstance(theirs, Constant) else (theirs,) if isinstance(theirs, str) else theirs
            ):
                said = found.setdefault(key(name), [])
                if f"{table}.{ours}" not in said:
                    said.append(f"{table}.{ours}")
    return found


def of(shop: Shop, version: Version | None) -> Experience:
    """All that a shop knows: its maps, and keys of the orders and products of a published version."""
    known: dict[str, frozenset[str]] = {}
    if version is None:
        return Experience(remembered(shop.folder))
    remember(shop.folder, version.manifest)
    for name in _ASKED:
        try:
            columns, rows, _ = query(
                version, (_HERE / name).read_text(encoding="utf-8"), max_rows=_MOST_VALUES
            )
        except QueryError:  # no source has such a table
            continue
        for at, column in enumerate(columns):
            known[f"events.{column}"] = frozenset(str(row[at]) for row in rows if row[at] is not None)
    return Experience(remembered(shop.folder), known)


def of_folder(folder: Path, speak: Callable[[str], None]) -> Experience:
    """As `of`, of the shop in a folder, with its published version; `speak` is told the shop's language."""
    shop = shop_file.load(folder)
    speak(shop.shop.language)
    version = Basket(shop.basket).current()
    with version or contextlib.nullcontext():
        return of(shop, version)
