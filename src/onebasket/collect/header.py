"""Which row of a file names its columns."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from onebasket.store.duckdb_fields import name_key

_FEWEST_KNOWN = 2  # a title may by chance be a column's name


def header_at(rows: Sequence[Sequence[str]], known: Collection[str]) -> int | None:
    """The place of the row with the most names that are `known` (as `name_key` gives them), the first of
    several; without such a row the first that is not empty. None where all are empty."""
    counts = [known_names(row, known) for row in rows]
    if counts and max(counts) >= _FEWEST_KNOWN:
        return counts.index(max(counts))
    return next((place for place, row in enumerate(rows) if any(cell.strip() for cell in row)), None)


def known_names(row: Sequence[str], known: Collection[str]) -> int:
    """How many cells of a row are known names."""
    return len({key for cell in row if cell and (key := name_key(cell)) in known})
