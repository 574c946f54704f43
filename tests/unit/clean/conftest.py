"""A shop of one source whose raw tables a test writes row by row."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from onebasket.accounting import Account
from onebasket.clean import clean
from onebasket.protect import Key, load_or_make
from onebasket.shop import Align, Clean, Identity, Learn, Recommend, Run, Shop, Source
from onebasket.store.basket import Basket
from onebasket.store.duckdb import DuckStore
from onebasket.store.portable_types import arrow_type
from onebasket.tables import BY_NAME

HOW: dict[str, Any] = {
    "source": "web",
    "channel": "web",
    "format": "table",
    "accounts": "web",
    "currency": "USD",
    "time_formats": ["iso"],
    "time_zone": "UTC",
    "decimal_mark": ".",
    "country": "US",
}
PLACE: dict[str, Any] = {"source": "web", "channel": "web", "file": "a.csv", "item": 0, "rows": 1}


def typed(table: str, rows: list[dict[str, Any]]) -> pa.Table:
    """Rows as an Arrow table with the table's columns; lines count up where not stated."""
    columns = BY_NAME[table].columns
    filled = [{**PLACE, "line": number, **row} for number, row in enumerate(rows, 2)]
    return pa.Table.from_pylist(
        [{c.name: row.get(c.name) for c in columns} for row in filled],
        pa.schema([(c.name, arrow_type(c.type)) for c in columns]),
    )


class World:
    """A draft in which one source is collected and cleaned."""

    def __init__(self, shop: Shop, key: Key, store: DuckStore) -> None:
        self.shop, self.key, self.store = shop, key, store

    def clean(self, how: dict[str, Any] | None = None, **raw: list[dict[str, Any]]) -> list[Account]:
        """Write raw tables (`events=[{…}]`) and clean them; checks that every account balances."""
        self.write("sources", [{**HOW, **(how or {})}])
        for name in ("people", "products", "orders", "events"):
            self.write(f"raw_{name}", raw.get(name, []))
        return [account.check() for account in clean(self.store, self.shop, self.shop.sources[0], self.key)]

    def write(self, table: str, rows: list[dict[str, Any]]) -> None:
        self.store.write(table, self.store.arrow(typed(table, rows)), "web")

    def rows(self, table: str) -> list[dict[str, Any]]:
        return [row for batch in self.store.read(table) for row in batch.to_pylist()]

    def refused(self) -> list[str]:
        """Reasons in the order of quarantine."""
        return [row["reason"] for row in self.rows("quarantine")]


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return Shop(
        tmp_path,
        Identity("Test", currency="USD", country="US", rates={"CNY": 0.14, "JPY": 0.007, "KWD": 3.2}),
        (Source("web", "web", "table", path="a.csv", shared_devices=("till-1",)),),
        Run(),
        Clean(junk=("shopping bag",), relay_domains=("relay.example.org",)),
        Align(),
        Learn(),
        Recommend(),
    )


@pytest.fixture
def world(shop: Shop) -> Iterator[World]:
    key = load_or_make(shop.folder, None)
    with Basket(shop.basket).begin() as draft, DuckStore(draft, key, memory="500MB", threads=1) as store:
        yield World(shop, key, store)
