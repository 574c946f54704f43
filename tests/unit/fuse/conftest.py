"""Small shops whose story is known, fused."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

import pyarrow as pa
import pytest

from onebasket.fuse import fuse
from onebasket.protect import load_or_make
from onebasket.shop import Align, Clean, Identity, Learn, Recommend, Run, Shop, Source
from onebasket.store.basket import Basket
from onebasket.store.duckdb import DuckStore
from onebasket.store.portable_types import arrow_type
from onebasket.tables import BY_NAME, FURTHER

START = datetime(2024, 1, 10, 12)
DEFAULTS: dict[str, Any] = {
    "varchar": "-", "date": START.date(), "timestamp": START, "bigint": 0, "int": 0, "boolean": False,
    "double": 0.0,
    "list(varchar)": [],
}  # fmt: skip


def table_of(name: str, rows: Sequence[dict[str, Any]]) -> pa.Table:
    """Rows of a table of ours; columns left out are null, or a filler where they must not be."""
    kind = BY_NAME[name]
    filled = [
        {c.name: row.get(c.name, DEFAULTS[c.type] if c.required else None) for c in kind.columns}
        for row in rows
    ]
    schema = pa.schema([(column.name, arrow_type(column.type)) for column in kind.columns])
    return pa.Table.from_pylist(filled, schema=schema)


class Story:
    """What clean and align would hand to fuse. Times are hours after the start."""

    def __init__(self) -> None:
        self.rows: dict[str, list[dict[str, Any]]] = {
            name: []
            for name in (
                "people", "customer_links", "products", "product_links", "orders", "events", "supersessions",
                *FURTHER,
            )
        }  # fmt: skip
        self._lines = itertools.count(1)
        self._channels = {"till": "store", "app": "app", "tmall": "marketplace"}

    def person(self, record: str, customer: str, **values: Any) -> Story:
        """A record `source/…` of a customer."""
        source = record.partition("/")[0]
        where = {"source": source, "channel": self.channel(source), "rows": 1, **values}
        self.rows["people"].append({"record_id": record, **where})
        self.rows["customer_links"].append({"record_id": record, "source": source, "customer_id": customer})
        return self

    def product(self, source: str, key: str, product: str, **values: Any) -> Story:
        listing = {"source": source, "product_key": key, "active": True, **values}
        self.rows["products"].append(listing)
        self.rows["product_links"].append(
            {"source": source, "product_key": key, "product_id": product, "rule": "sku"}
        )
        return self

    def order(self, source: str, number: str, hours: float = 0, **values: Any) -> Story:
        head = {"status": "paid", "currency": "USD", "ts": START + timedelta(hours=hours), **values}
        self.rows["orders"].append({"source": source, "order_id": number, "line": next(self._lines), **head})
        return self

    def event(self, source: str, action: str, hours: float = 0, **values: Any) -> Story:
        told = {"currency": "USD", "ts": START + timedelta(hours=hours), "file": "f", **values}
        where = {"source": source, "channel": self.channel(source), "line": next(self._lines)}
        self.rows["events"].append({**where, "action": action, **told})
        return self

    def purchase(
        self,
        source: str,
        number: str,
        lines: Sequence[tuple[str, float, int]],
        hours: float = 0,
        record: str | None = None,
        **values: Any,
    ) -> Story:
        """An order with its lines: (product key, units, amount in minor units)."""
        total = sum(amount for _, _, amount in lines)
        self.order(source, number, hours, **{"total_minor": total, "record_id": record, **values})
        for key, units, amount in lines:
            self.event(
                source, "purchase", hours, order_id=number, product_key=key, quantity=units,
                amount_minor=amount, record_id=record, test=values.get("test", False),
                currency=values.get("currency", "USD"),
            )  # fmt: skip
        return self

    def told(self, table: str, source: str, hours: float = 0, **values: Any) -> Story:
        """A row of one of the further tables."""
        where = {"source": source, "channel": self.channel(source), "file": "f", "line": next(self._lines)}
        ts = {"ts": START + timedelta(hours=hours)} if "ts" in BY_NAME[table].names else {}
        self.rows[table].append({**where, **ts, **values})
        return self

    def back(self, source: str, key: str, units: float, amount: int, hours: float, **values: Any) -> Story:
        return self.event(
            source, "return", hours, product_key=key, quantity=-units, amount_minor=-amount, **values
        )

    def channel(self, source: str) -> str:
        return self._channels.get(source, "web")


class Fused:
    """The tables of a fused story, as lists of rows."""

    def __init__(self, store: DuckStore) -> None:
        names = (
            "order_links", "timeline", "merged_events", "customers", "customer_values", "catalogue",
            "category_links", "product_values", "product_offers", "product_conflicts",
            "customer_features", "stock_levels", "catalogue_days", "campaign_results", "campaign_exposures",
            "product_reviews", "support_tickets", "order_shipments", "order_payments",
        )  # fmt: skip
        self.tables = {name: [r for b in store.read(name) for r in b.to_pylist()] for name in names}

    def __getitem__(self, name: str) -> list[dict[str, Any]]:
        return self.tables[name]

    def one(self, name: str, **values: Any) -> dict[str, Any]:
        """The only row with these values."""
        rows = [row for row in self.tables[name] if values.items() <= row.items()]
        assert len(rows) == 1, rows
        return rows[0]

    def acts(self, action: str) -> list[dict[str, Any]]:
        return [row for row in self.tables["timeline"] if row["action"] == action]

    @property
    def kept_minor(self) -> int:
        return sum(row["net_amount_minor"] for row in self.tables["timeline"])


@pytest.fixture(scope="module")
def fused(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Fused]:
    folder = tmp_path_factory.mktemp("shop")
    basket, key = Basket(folder / "basket"), load_or_make(folder, None)

    def run(story: Story, **identity: Any) -> Fused:
        settings = Identity("test", **{"currency": "USD", "country": "US", **identity})
        named = dict.fromkeys(row["source"] for row in story.rows["events"])
        sources = tuple(Source(name, "web", "table") for name in named)
        shop = Shop(folder, settings, sources, Run(), Clean(), Align(), Learn(), Recommend())
        with basket.begin() as draft, DuckStore(draft, key, threads=1) as store:
            for name, rows in story.rows.items():
                if rows or name not in FURTHER:
                    store.write(name, store.arrow(table_of(name, rows)))
            account, *further = fuse(store, shop)
            assert account.rows_in == len(story.rows["events"])
            assert {one.table: one.kept for one in further} == {
                name: len(story.rows[name]) for name in FURTHER[2:] if story.rows[name]
            }
            return Fused(store)

    return run


@pytest.fixture
def story() -> Story:
    return Story()


@pytest.fixture(scope="module")
def stories() -> type[Story]:
    return Story
