"""A shop made of a few bytes, collected."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import msgspec
import pytest

from onebasket.accounting import Account
from onebasket.collect import collect
from onebasket.protect import load_or_make
from onebasket.shop import Align, Clean, Identity, Learn, Recommend, Run, Shop, Source
from onebasket.store.basket import Basket
from onebasket.store.duckdb import DuckStore

TABLE: dict[str, Any] = {"format": "table", "products": {"title": "a", "brand": "b", "size": "c"}}


def shop_of(folder: Path, **options: Any) -> Shop:
    """A shop with one source, `s`, over all files in `in/`."""
    settings = {"name": "s", "channel": "web", "path": "in/*", **options}
    if "url" in options:
        del settings["path"]
    source = msgspec.convert(settings, Source)
    identity = Identity("Test", currency="EUR", timezone="Europe/Berlin", country="DE")
    return Shop(folder, identity, (source,), Run(), Clean(), Align(), Learn(), Recommend())


class Collected:
    """What was written, and the stage's account."""

    def __init__(self, store: DuckStore, accounts: list[Account]) -> None:
        self.store, self.accounts = store, accounts

    def rows(self, table: str, *columns: str) -> list[Any]:
        """A table in its order: dicts without nulls, or tuples of some columns, or one column's values."""
        names = ", ".join(f'"{name}"' for name in columns) or "*"
        found = self.store.query(f'select {names} from "{table}"')
        tuples = found.fetchall()
        if len(columns) == 1:
            return [value for (value,) in tuples]
        if columns:
            return tuples
        return [
            {k: v for k, v in zip(found.columns, values, strict=True) if v is not None} for values in tuples
        ]


@pytest.fixture
def read(tmp_path: Path) -> Iterator[Callable[..., Collected]]:
    """Collect files given by name and bytes, as a source with some options; by default a table of a, b, c."""
    with ExitStack() as stack:

        def run(files: Mapping[str, bytes | str], **options: Any) -> Collected:
            stack.close()  # the world before
            for name, content in files.items():
                path = tmp_path / "in" / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content.encode() if isinstance(content, str) else content)
            shop = shop_of(tmp_path, **(options if "format" in options else TABLE | options))
            key = load_or_make(tmp_path, None)
            draft = stack.enter_context(Basket(shop.basket).begin())
            store = stack.enter_context(DuckStore(draft, key, threads=2))
            return Collected(store, collect(store, shop, shop.sources[0], key))

        yield run


@pytest.fixture
def open_world(tmp_path: Path) -> Iterator[Callable[[Path], Collected]]:
    """Collect the files of a folder as a table, again and again in one store."""
    key = load_or_make(tmp_path, None)
    with Basket(tmp_path / "basket").begin() as draft, DuckStore(draft, key, threads=2) as store:

        def run(folder: Path) -> Collected:
            shop = shop_of(folder, **{**TABLE, "path": "*"})
            return Collected(store, collect(store, shop, shop.sources[0], key))

        yield run


@pytest.fixture
def make_shop(tmp_path: Path) -> Callable[..., Shop]:
    """A shop in a folder of its own, with options of its one source."""
    return lambda **options: shop_of(tmp_path, **(TABLE | options))
