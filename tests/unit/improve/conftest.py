"""A store whose rows a test writes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from onebasket.protect import Key
from onebasket.store.basket import Basket
from onebasket.store.duckdb import DuckStore
from onebasket.store.portable_types import arrow_type
from onebasket.tables import BY_NAME

DEFAULTS: dict[str, Any] = {
    "varchar": "-", "bigint": 0, "int": 0, "boolean": False, "double": 0.0, "timestamp": datetime(2024, 1, 1),
    "list(varchar)": [],
}  # fmt: skip


@pytest.fixture
def key(tmp_path: Path) -> Key:
    return Key(bytes(range(32)), tmp_path / "key")


@pytest.fixture
def store(tmp_path: Path, key: Key) -> Iterator[DuckStore]:
    with Basket(tmp_path / "basket").begin() as draft, DuckStore(draft, key, threads=1) as store:
        yield store


@pytest.fixture
def put(store: DuckStore) -> Callable[..., None]:
    """Write rows of a table; columns left out are null, or a filler where they must not be."""

    def write(table: str, rows: Sequence[dict[str, Any]]) -> None:
        kind = BY_NAME[table]
        filler = {c.name: DEFAULTS[c.type] if c.required else None for c in kind.columns}
        schema = pa.schema([(column.name, arrow_type(column.type)) for column in kind.columns])
        store.write(table, store.arrow(pa.Table.from_pylist([filler | row for row in rows], schema=schema)))

    return write
