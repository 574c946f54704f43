"""A shop of one source whose raw tables a test writes row by row."""

from __future__ import annotations

from typing import Any

import pyarrow as pa

from onebasket.accounting import Account
from onebasket.clean import clean
from onebasket.protect import Key
from onebasket.shop import Shop
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
        for name in {"people": 0, "products": 0, "orders": 0, "events": 0, **raw}:
            self.write(f"raw_{name}", raw.get(name, []))
        return [account.check() for account in clean(self.store, self.shop, self.shop.sources[0], self.key)]

    def write(self, table: str, rows: list[dict[str, Any]]) -> None:
        self.store.write(table, self.store.arrow(typed(table, rows)), "web")

    def rows(self, table: str) -> list[dict[str, Any]]:
        return [row for batch in self.store.read(table) for row in batch.to_pylist()]

    def refused(self) -> list[str]:
        """Reasons in the order of quarantine."""
        return [row["reason"] for row in self.rows("quarantine")]

    def parts(self, table: str) -> list[str]:
        """The files of a table that this world has written."""
        return sorted(path for path in self.store.written if path.startswith(f"{table}/"))
