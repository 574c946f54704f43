"""Events made to order, in a store."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from onebasket.protect import Key
from onebasket.store.basket import Basket
from onebasket.store.duckdb import DuckStore
from onebasket.store.portable_types import arrow_type
from onebasket.tables import BY_NAME

START = datetime(2024, 1, 1)
DEFAULTS: dict[str, Any] = {
    "varchar": "-", "bigint": 0, "int": 0, "double": 1.0, "boolean": False, "timestamp": START,
    "list(varchar)": [],
}  # fmt: skip
Event = dict[str, Any]


def day(number: float) -> datetime:
    return START + timedelta(days=number)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[DuckStore]:
    with Basket(tmp_path / "basket").begin() as draft:
        with DuckStore(draft, Key(bytes(range(32)), tmp_path / "key"), threads=1) as store:
            yield store


@pytest.fixture
def put(store: DuckStore) -> Callable[..., None]:
    """Write rows of a table; columns left out are null, or a filler where they must not be."""

    def write(table: str, rows: Sequence[Event]) -> None:
        kind = BY_NAME[table]
        filler = {c.name: DEFAULTS[c.type] if c.required else None for c in kind.columns}
        schema = pa.schema([(column.name, arrow_type(column.type)) for column in kind.columns])
        full = [filler | {"event_id": f"e{place}"} | row for place, row in enumerate(rows)]
        full = [{name: row.get(name) for name in filler} for row in full]
        store.write(table, store.arrow(pa.Table.from_pylist(full, schema=schema)))

    return write
