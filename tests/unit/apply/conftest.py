"""A shop whose model, customers and catalogue are known."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from onebasket.protect import Key
from onebasket.recommenders import Habit, Interactions
from onebasket.shop import Align, Clean, Identity, Learn, Recommend, Run, Shop
from onebasket.store.basket import Basket
from onebasket.store.duckdb import DuckStore
from onebasket.store.portable_types import arrow_type
from onebasket.tables import BY_NAME

DEFAULTS: dict[str, Any] = {
    "varchar": "-", "bigint": 0, "int": 0, "boolean": False, "timestamp": datetime(2024, 1, 1),
    "list(varchar)": [],
}  # fmt: skip
BOUGHT = {"ann": "tea tea milk", "bob": "milk bread bread", "cat": "milk tea cup", "dan": "milk old"}


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    recommend = Recommend(top=3)
    return Shop(tmp_path, Identity("test"), (), Run(), Clean(), Align(), Learn(), recommend)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[DuckStore]:
    with Basket(tmp_path / "basket").begin() as draft:
        with DuckStore(draft, Key(bytes(range(32)), tmp_path / "key"), threads=1) as store:
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


@pytest.fixture
def models(put: Callable[..., None], tmp_path: Path) -> Path:
    """The folder of a fitted model, beside tables that fit it."""
    put(
        "customers",
        [
            *({"customer_id": who, "known": True, "orders": 2} for who in [*BOUGHT, "new"]),
            {"customer_id": "cookie", "known": False, "orders": 1},
            {"customer_id": "visitor", "known": True, "orders": 0},
        ],
    )
    put(
        "catalogue",
        [
            {"product_id": "tea", "title": "Tea", "category": "Drinks > Hot", "stock": 5, "active": True},
            {"product_id": "milk", "title": "Milk", "category": "Drinks", "stock": 0, "active": True},
            {"product_id": "bread", "title": "Bread", "category": "Food", "active": True},
            {"product_id": "cup", "title": "Cup", "category": "Drinksware", "stock": 2, "active": True},
            {"product_id": "old", "title": "Old", "category": "Food", "stock": 9, "active": False},
        ],
    )
    lines = [(who, item) for who, items in BOUGHT.items() for item in items.split()]
    users, items = list(BOUGHT), ["tea", "milk", "bread", "cup", "old"]
    data = Interactions.of(
        np.array([users.index(who) for who, _ in lines]),
        np.array([items.index(item) for _, item in lines]),
        np.zeros(len(lines), np.int64),
        users,
        items,
    )
    Habit().fit(data).save(tmp_path / "models")
    return tmp_path / "models"
