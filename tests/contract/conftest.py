"""A store of each kind over a new draft."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from onebasket.protect import Key
from onebasket.store.basket import Basket, Draft, Version
from onebasket.store.duckdb import DuckStore

Open = Callable[[Version | Draft, Key], Any]
STORES: dict[str, Open] = {"duckdb": lambda home, key: DuckStore(home, key, threads=1)}
KEY = Key(bytes(range(32)), Path("shop.key"))


@pytest.fixture(params=STORES, scope="session")
def opened(request: pytest.FixtureRequest) -> Open:
    """Opens a store of one kind; a new store joins STORES and passes all of it."""
    return STORES[request.param]


@pytest.fixture
def basket(tmp_path: Path) -> Basket:
    return Basket(tmp_path / "basket")


@pytest.fixture
def draft(basket: Basket) -> Iterator[Draft]:
    with basket.begin() as draft:
        yield draft


@pytest.fixture
def store(opened: Open, draft: Draft) -> Iterator[Any]:
    with opened(draft, KEY) as store:
        yield store


@pytest.fixture(scope="session")
def lasting_store(opened: Open, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """One store for many examples that leave nothing behind."""
    with Basket(tmp_path_factory.mktemp("shop") / "basket").begin() as draft:
        with opened(draft, KEY) as store:
            yield store
