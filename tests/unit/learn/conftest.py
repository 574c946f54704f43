"""A store with a timeline made to order."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from onebasket.protect import Key
from onebasket.shop import Align, Clean, Identity, Learn, Recommend, Run, Shop
from onebasket.store.basket import Basket
from onebasket.store.duckdb import DuckStore
from onebasket.store.portable_types import arrow_type
from onebasket.tables import BY_NAME

START = datetime(2024, 1, 1)
DEFAULTS: dict[str, Any] = {
    "varchar": "-", "bigint": 0, "boolean": True, "int": 0, "double": 1.0, "timestamp": START,
    "list(varchar)": [],
}  # fmt: skip
Put = Callable[[str, Sequence[dict[str, Any]]], None]
Purchase = tuple[str | None, str | None, float]  # customer, product, days after the start


def shop_in(folder: Path, **settings: Any) -> Shop:
    learn = Learn(factors=4, epochs=4, **settings)
    return Shop(folder, Identity("test"), (), Run(), Clean(), Align(), learn, Recommend())


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return shop_in(tmp_path)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[DuckStore]:
    with Basket(tmp_path / "basket").begin() as draft:
        with DuckStore(draft, Key(bytes(range(32)), tmp_path / "key"), threads=1) as store:
            yield store


@pytest.fixture
def put(store: DuckStore) -> Put:
    """Write a table; what is not said of a row is filled in."""

    def write(name: str, rows: Sequence[dict[str, Any]]) -> None:
        kind = BY_NAME[name]
        schema = pa.schema([(column.name, arrow_type(column.type)) for column in kind.columns])
        filler = {c.name: DEFAULTS[c.type] if c.required else None for c in kind.columns}
        store.write(name, store.arrow(pa.Table.from_pylist([filler | row for row in rows], schema=schema)))

    return write


@pytest.fixture
def happen(put: Put) -> Callable[[Sequence[dict[str, Any]]], None]:
    """Write events as the timeline; what is not said of one is filled in."""

    def write(events: Sequence[dict[str, Any]]) -> None:
        usual = {"action": "purchase", "net_quantity": 1.0}
        put("timeline", [usual | {"event_id": f"e{n:06}"} | event for n, event in enumerate(events)])

    return write


@pytest.fixture
def sell(happen: Callable[[Sequence[dict[str, Any]]], None]) -> Callable[..., None]:
    """Write purchases, or events with other values, as the timeline."""

    def write(purchases: Sequence[Purchase], **values: Any) -> None:
        happen([
            {"customer_id": customer, "product_id": product, "ts": START + timedelta(days=day)} | values
            for customer, product, day in purchases
        ])  # fmt: skip

    return write


@pytest.fixture
def offer(put: Put) -> Callable[[dict[str, tuple[str, str | None, str]]], None]:
    """Write products with their title, brand and category as the catalogue."""

    def write(products: dict[str, tuple[str, str | None, str]]) -> None:
        put("catalogue", [
            {"product_id": product, "title": title, "brand": brand, "category": category}
            for product, (title, brand, category) in sorted(products.items())
        ])  # fmt: skip

    return write
