"""Any table whose columns the shop file maps: `[source.people]`, `[source.products]`, `[source.stock]`, …"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from typing import Any

from onebasket.collect.layout import FILLED, Format, Layout
from onebasket.errors import SourceError
from onebasket.shop import Constant as Stated
from onebasket.shop import Mapped, Source
from onebasket.store.fields import Constant, Field, Path, Rows, joined, rows
from onebasket.tables import BY_NAME, Table

NAME = "table"
_OURS = {name: BY_NAME[f"raw_{name}"] for name in FILLED}
_NOT_MAPPED = ("source", "channel", "file", "line", "record_id", "rows", "item")


def format_of(source: Source) -> Format:
    """The format that a source's maps describe. Raises SourceError for columns that are not ours."""
    maps = {name: getattr(source, name) for name in _OURS}
    if not any(maps.values()):
        raise SourceError(
            f"Source {source.name}: nothing says what its columns mean.",
            found='format = "table" without a map',
            expected="at least one of " + ", ".join(f"[source.{name}]" for name in _OURS),
            next_step="add a map: our column = their column",
        )
    given: dict[str, Any] = {
        name: _rows(source, name, table, maps[name]) for name, table in _OURS.items() if maps[name]
    }
    theirs = {name: None for mapping in maps.values() for each in mapping.values() for name in _names(each)}
    return Format(
        NAME,
        layouts=(Layout(NAME, tuple(theirs), **given),),
        time_formats=("iso",),
        encodings=(),
        mapped=True,
    )


def _rows(source: Source, name: str, table: Table, mapping: Mapping[str, Mapped]) -> Rows:
    ours = [column for column in table.names if column not in _NOT_MAPPED]
    for column in mapping:
        if column not in ours:
            near = difflib.get_close_matches(column, ours, 3, 0.5)
            raise SourceError(
                f"Source {source.name}: [source.{name}] has no column {column} of ours.",
                found=column,
                expected=f"nearest: {', '.join(near)}" if near else f"one of: {', '.join(ours)}",
                next_step="our column stands left of the equals sign, theirs right of it",
            )
    return rows({column: _field(mapped) for column, mapped in mapping.items()})


def _field(mapped: Mapped) -> Field:
    match mapped:
        case Stated(value):
            return Constant(value)
        case str():
            return _theirs(mapped)
        case _:
            return joined(*map(_theirs, mapped))


def _theirs(name: str) -> Path:
    """Their column; dots lead into nested objects."""
    return Path(tuple(name.split(".")))


def _names(mapped: Mapped) -> tuple[str, ...]:
    if isinstance(mapped, Stated):
        return ()
    return (mapped,) if isinstance(mapped, str) else mapped
