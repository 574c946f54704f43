"""What tests ask of a shop's basket."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from onebasket.protect import open_key
from onebasket.store.basket import Basket
from onebasket.store.duckdb import DuckStore


def ask(folder: Path, query: str) -> list[Any]:
    """The rows of a query about the published version."""
    version = Basket(folder / "basket").current()
    assert version is not None
    with version, DuckStore(version, open_key(folder, None)) as store:
        return store.query(query).fetchall()


def account(folder: Path) -> tuple[int, int, int]:
    """What collect counted: records, those kept and those repeated."""
    version = Basket(folder / "basket").current()
    assert version is not None
    with version:
        found = [each for each in version.manifest["accounts"] if each["stage"] == "collect"]
    return tuple(sum(each[name] for each in found) for name in ("rows_in", "kept", "duplicates"))  # type: ignore[return-value]
