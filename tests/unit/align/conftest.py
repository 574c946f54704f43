"""Small worlds of records, aligned run after run in one basket."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from onebasket.align import align
from onebasket.protect import load_or_make
from onebasket.shop import Align, Clean, Identity, Learn, Recommend, Run, Shop, Source
from onebasket.store.basket import Basket
from onebasket.store.duckdb import DuckStore
from onebasket.store.portable_types import arrow_type
from onebasket.tables import BY_NAME

STARTED = datetime(2024, 5, 1, 12)
DEFAULTS: dict[str, Any] = {
    "varchar": "-", "bigint": 1, "int": 0, "boolean": False, "double": 0.0, "timestamp": STARTED,
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


@dataclass
class Records:
    """What clean would hand to align."""

    identifiers: list[dict[str, Any]] = field(default_factory=list)
    products: list[dict[str, Any]] = field(default_factory=list)
    events: list[dict[str, Any]] = field(default_factory=list)
    orders: list[dict[str, Any]] = field(default_factory=list)
    people: dict[str, dict[str, Any]] = field(default_factory=dict)
    alone: list[str] = field(default_factory=list)

    def add(self, record: str, name: str | None = None, **values: str | Sequence[str]) -> Records:
        """A record `source/…` with its identifiers: `email="a@b"`, `cookie=("c1", "c2")`."""
        if not values:
            self.alone.append(record)
        for kind, value in values.items():
            for one in (value,) if isinstance(value, str) else value:
                self.identifiers.append(
                    {
                        "source": record.partition("/")[0],
                        "record_id": record,
                        "kind": kind,
                        "value_key": one,
                        "name_key": name,
                        "usable": True,
                    }
                )
        return self

    def says(self, record: str, **values: Any) -> Records:
        """What a record says of a person: names, address, e-mail, …"""
        self.people.setdefault(record, {}).update(values)
        return self

    def ordered(self, record: str, number: str, hours: float = 0.0) -> Records:
        """An order that a record's source tells."""
        at = STARTED + timedelta(hours=hours)
        source = record.partition("/")[0]
        self.orders.append({"source": source, "record_id": record, "order_id": number, "ts": at})
        return self

    def seen(self, record: str, hours: float) -> Records:
        """An event of a record, hours after the start."""
        at = STARTED + timedelta(hours=hours)
        line = len(self.events)
        self.events.append({"source": record.partition("/")[0], "record_id": record, "ts": at, "line": line})
        return self

    def product(
        self, source: str, key: str, gtin: str | None = None, sku: str | None = None, **said: Any
    ) -> Records:
        self.products.append({"source": source, "product_key": key, "gtin": gtin, "sku": sku, **said})
        return self


@dataclass
class Aligned:
    customers: dict[str, str]
    products: dict[tuple[str, str], str]
    rules: dict[tuple[str, str], str]
    edges: list[dict[str, Any]]
    limits: dict[tuple[str, str], str]
    superseded: list[tuple[str, str, str, str, int]]
    matches: list[dict[str, Any]] = field(default_factory=list)
    households: dict[str, str] = field(default_factory=dict)
    listings: list[dict[str, Any]] = field(default_factory=list)  # pairs that were compared

    @property
    def clusters(self) -> set[frozenset[str]]:
        found: dict[str, set[str]] = {}
        for record, customer in self.customers.items():
            found.setdefault(customer, set()).add(record)
        return {frozenset(members) for members in found.values()}


class World:
    """A shop folder in which one run follows the other."""

    def __init__(self, folder: Path) -> None:
        self.basket = Basket(folder / "basket")
        self.key = load_or_make(folder, None)
        self.folder = folder

    def align(
        self, records: Records, limits: Align | None = None, declared: tuple[Source, ...] = ()
    ) -> Aligned:
        shop = Shop(
            self.folder, Identity("test"), declared, Run(), Clean(), limits or Align(), Learn(), Recommend()
        )
        identified = {row["record_id"] for row in records.identifiers}
        names = sorted(identified | set(records.alone) | set(records.people))
        said = records.people
        people = [
            {"record_id": name, "source": name.partition("/")[0], **said.get(name, {})} for name in names
        ]
        sources = [{"source": source, "accounts": "shop"} for source in sorted({p["source"] for p in people})]
        with self.basket.begin() as draft:
            with DuckStore(draft, self.key, threads=1) as store:
                for table, rows in (
                    ("sources", sources),
                    ("people", people),
                    ("identifiers", records.identifiers),
                    ("products", records.products),
                    ("events", records.events),
                    ("orders", records.orders),
                ):
                    store.write(table, store.arrow(table_of(table, rows)))
                align(store, shop, draft.number, STARTED)
                result = read(store)
            self.basket.publish(draft, {})
        return result


def read(store: DuckStore) -> Aligned:
    def rows(table: str) -> list[dict[str, Any]]:
        return [row for batch in store.read(table) for row in batch.to_pylist()]

    products = rows("product_links")
    return Aligned(
        {row["record_id"]: row["customer_id"] for row in rows("customer_links")},
        {(row["source"], row["product_key"]): row["product_id"] for row in products},
        {(row["source"], row["product_key"]): row["rule"] for row in products},
        rows("customer_edges"),
        {(row["kind"], row["value_key"]): row["decision"] for row in rows("identifier_limits")},
        [
            (row["kind"], row["old_id"], row["new_id"], row["why"], row["version"])
            for row in rows("supersessions")
        ],
        rows("customer_matches"),
        {row["customer_id"]: row["household_id"] for row in rows("households")},
        rows("product_matches"),
    )


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


@pytest.fixture(scope="module")
def worlds(tmp_path_factory: pytest.TempPathFactory) -> Callable[[], World]:
    """As many fresh shops as a property needs."""
    return lambda: World(tmp_path_factory.mktemp("world"))


@pytest.fixture(scope="module")
def records() -> type[Records]:
    return Records
