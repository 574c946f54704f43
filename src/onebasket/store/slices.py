"""Large tables are written slice by slice: a sort that fits in memory is many times faster."""

from __future__ import annotations

from typing import Any

from onebasket.store.base import Result, Store

Slice = tuple[Any, Any]  # from, and up to but not including


def slices(store: Store, blocks: Result, rows: int) -> list[Slice]:
    """Ranges of about `rows` rows each, in order, put together from `blocks`; none where there is no row.

    `blocks` has one row a range that is not to be parted: `low`, `high` (not included), `rows`.
    """
    store.keep("_blocks", blocks)
    found = [row for batch in store.read("_blocks") for row in batch.to_pylist()]
    store.forget("_blocks")
    made: list[tuple[Any, Any, int]] = []
    for block in sorted(found, key=lambda row: row["low"]):
        low, held = block["low"], 0
        if made and made[-1][2] + block["rows"] <= rows:
            low, _, held = made.pop()
        made.append((low, block["high"], held + block["rows"]))
    return [(low, high) for low, high, _ in made]
