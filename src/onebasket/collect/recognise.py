"""Which of a format's layouts a file has."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from onebasket.collect.layout import Format, Layout
from onebasket.errors import SourceError
from onebasket.shop import Source
from onebasket.store.duckdb_fields import name_key
from onebasket.store.reading import RawFile

_SHOWN = 12


def layout_of(format_: Format, file: RawFile, source: Source, names: Iterable[str]) -> Layout:
    """The layout whose required columns are all among `names`; of several the one that requires most.

    Raises SourceError that names the file, the columns found and those expected.
    """
    known = {name_key(name) for name in names}

    def missing(layout: Layout) -> list[str]:
        return [name for name in layout.required if name_key(name) not in known]

    fitting = [layout for layout in format_.layouts if not missing(layout)]
    if fitting:
        return max(fitting, key=lambda layout: len(layout.required))
    if format_.mapped:
        raise _wrong_map(source, file, missing(format_.layouts[0]))
    nearest = min(format_.layouts, key=lambda layout: len(missing(layout)) / len(layout.required))
    others = [layout.name for layout in format_.layouts if layout is not nearest]
    raise SourceError(
        f"Source {source.name}: {file.name} is no {format_.name} export that is known.",
        found=f"the columns {_listed(file.header)}",
        expected=f"for {nearest.name}: {', '.join(nearest.required)} (missing: {', '.join(missing(nearest))})"
        + (f"; or the columns of {', '.join(others)}" if others else ""),
        state="nothing was published",
        next_step="take the file out of path, or read it as a table with a map of its columns",
    )


def _wrong_map(source: Source, file: RawFile, missing: list[str]) -> SourceError:
    said = [f"{name} ({_nearest(name, file.header)})" for name in missing]
    return SourceError(
        f"Source {source.name}: {file.name} has no column {', '.join(missing)}.",
        found=f"the columns {_listed(file.header)}",
        expected=", ".join(said),
        state="nothing was published",
        next_step="correct the map of the source in the shop file",
    )


def _nearest(name: str, names: Iterable[str]) -> str:
    by_key = {name_key(each): each for each in names}
    near = difflib.get_close_matches(name_key(name), list(by_key), 3, 0.5)
    return f"nearest: {', '.join(by_key[key] for key in near)}" if near else "nothing is near"


def _listed(names: tuple[str, ...]) -> str:
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + more
