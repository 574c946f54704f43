"""A shop of one source, and a world to clean it in."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from onebasket.protect import load_or_make
from onebasket.shop import Align, Clean, Identity, Learn, Recommend, Run, Shop, Source
from onebasket.store.basket import Basket
from onebasket.store.duckdb import DuckStore
from tests.unit.clean.clean_world import World


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
