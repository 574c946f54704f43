"""A shop with one source of one format, collected and cleaned."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import msgspec
import pytest

from onebasket.accounting import Account
from onebasket.clean import clean
from onebasket.collect import collect
from onebasket.protect import load_or_make
from onebasket.shop import Align, Clean, Identity, Learn, Recommend, Run, Shop, Source
from onebasket.store.basket import Basket
from onebasket.store.duckdb import DuckStore


class Read:
    """What a source's files came to."""

    def __init__(self, store: DuckStore, accounts: list[Account]) -> None:
        self.store, self.accounts = store, accounts

    def rows(self, select: str) -> list[tuple[Any, ...]]:
        return self.store.query(select).fetchall()


@pytest.fixture
def read(tmp_path: Path) -> Iterator[Callable[..., Read]]:
    """Collect and clean files given by name and bytes, as a source with some options."""
    with ExitStack() as stack:

        def run(files: Mapping[str, bytes], **options: Any) -> Read:
            for name, content in files.items():
                (tmp_path / "in").mkdir(exist_ok=True)
                (tmp_path / "in" / name).write_bytes(content)
            source = msgspec.convert({"name": "s", "channel": "web", "path": "in/*", **options}, Source)
            rates = {"USD": 1.0, "CNY": 0.1, "GBP": 1.2}
            identity = Identity("Test", currency="EUR", timezone="Europe/Berlin", country="DE", rates=rates)
            shop = Shop(tmp_path, identity, (source,), Run(), Clean(), Align(), Learn(), Recommend())
            key = load_or_make(tmp_path, None)
            draft = stack.enter_context(Basket(shop.basket).begin())
            store = stack.enter_context(DuckStore(draft, key, threads=2))
            accounts = [*collect(store, shop, source, key), *clean(store, shop, source, key)]
            return Read(store, accounts)

        yield run
