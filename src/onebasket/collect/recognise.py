"""Which of a format's layouts a file has, and which format a file is of that nobody has named."""

from __future__ import annotations

import difflib
import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from onebasket.collect.layout import Format, Layout
from onebasket.errors import SourceError
from onebasket.shop import Source
from onebasket.store.duckdb_fields import name_key
from onebasket.store.reading import RawFile

_SHOWN = 12
_FEWEST = 3  # columns of a layout by which it can be told
_LEAST = 0.5  # of what a layout's columns tell, or those required, the share that must be there


@dataclass(frozen=True)
class Guess:
    """The format and layout that a file seems to have."""

    format: Format
    layout: Layout
    missing: tuple[str, ...]  # required columns that it lacks

    @property
    def readable(self) -> bool:
        return not self.missing


def guess(names: Iterable[str], formats: Sequence[Format]) -> Guess | None:
    """Whose export has these columns; None where no format's has.

    A column tells the more the fewer layouts read it. The layout that most is told of is chosen, of several
    the one with the larger share of its columns there. Columns may be missing, required ones too.
    """
    known = {name_key(name) for name in names}
    weights = _weights(formats)

    def told(keys: Iterable[str]) -> float:
        return sum(weights[key] for key in keys)

    found = []
    for format_ in formats:
        for layout in format_.layouts:
            keys = {name_key(name) for name in (*layout.names, *layout.also)}
            required = {name_key(name) for name in layout.required}
            there = keys & known
            enough = max(told(required & known) / told(required), told(there) / told(keys))
            if len(there) >= _FEWEST and enough >= _LEAST:
                found.append((told(there), told(there) / told(keys), format_, layout))
    if not found:
        return None
    *_, format_, layout = max(found, key=lambda each: each[:2])
    missing = tuple(name for name in layout.required if name_key(name) not in known)
    return Guess(format_, layout, missing)


def _weights(formats: Sequence[Format]) -> dict[str, float]:
    """What each column tells: the logarithm of how rare it is among layouts."""
    layouts = [layout for format_ in formats for layout in format_.layouts]
    count = Counter(
        key for layout in layouts for key in {name_key(name) for name in (*layout.names, *layout.also)}
    )
    return {key: math.log((1 + len(layouts)) / times) for key, times in count.items()}


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
    unread = [name for name in file.header if name_key(name) not in format_.known]
    if format_.mapped:
        raise _wrong_map(source, file, missing(format_.layouts[0]), unread)
    nearest = min(format_.layouts, key=lambda layout: len(missing(layout)) / len(layout.required))
    others = [layout.name for layout in format_.layouts if layout is not nearest]
    raise SourceError(
        f"Source {source.name}: {file.name} is no {format_.name} export that is known.",
        found=f"the columns {_listed(file.header)}",
        expected=f"for {nearest.name}: {', '.join(nearest.required)} (missing: {', '.join(missing(nearest))})"
        + _likely(missing(nearest), unread)
        + (f"; or the columns of {', '.join(others)}" if others else ""),
        state="nothing was published",
        next_step="take the file out of path, or read it as a table with a map of its columns",
    )


def _wrong_map(source: Source, file: RawFile, missing: list[str], unread: list[str]) -> SourceError:
    said = [f"{name} ({_nearest(name, file.header)})" for name in missing]
    return SourceError(
        f"Source {source.name}: {file.name} has no column {', '.join(missing)}.",
        found=f"the columns {_listed(file.header)}",
        expected=", ".join(said) + _likely(missing, unread),
        state="nothing was published",
        next_step="correct the map of the source in the shop file",
    )


def _likely(missing: Sequence[str], names: Iterable[str]) -> str:
    """What columns that are gone are likely called now, in words; empty where nothing is likely."""
    from onebasket.collect.columns.renaming import renamed

    found = renamed({name: [] for name in missing}, {name: [] for name in names})
    said = [f"{each.old} → {each.new} ({each.probability:.0%})" for each in found]
    return f"; likely renamed: {', '.join(said)}" if said else ""


def _nearest(name: str, names: Iterable[str]) -> str:
    by_key = {name_key(each): each for each in names}
    near = difflib.get_close_matches(name_key(name), list(by_key), 3, 0.5)
    return f"nearest: {', '.join(by_key[key] for key in near)}" if near else "nothing is near"


def _listed(names: tuple[str, ...]) -> str:
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + more
