"""One small demo shop, run once for all tests of the laws."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from onebasket.demo import write_demo
from onebasket.protect import Key, open_key
from onebasket.store.basket import Basket, Version
from onebasket.store.duckdb import DuckStore
from onebasket.tables import ALL, FURTHER
from tests.journey.shops import command

FUSED_FURTHER = (
    "stock_levels", "catalogue_days", "campaign_results", "campaign_exposures", "product_reviews",
    "support_tickets", "order_shipments", "order_payments",
)  # fmt: skip
# What the demo shop has rows of; `test_further` has a shop with the others.
TOLD = [table for table in ALL if table.name.removeprefix("raw_") not in (*FURTHER, *FUSED_FURTHER)]
LEARN_LITTLE = '\n[learn]\nmodels = ["popularity", "item_knn"]\nseeds = 1\n'


@dataclass(frozen=True)
class Ran:
    """A shop that has run: its folder, what the command said, and its published version."""

    folder: Path
    said: str
    version: Version

    @property
    def manifest(self) -> dict[str, Any]:
        return self.version.manifest

    @property
    def key(self) -> Key:
        return open_key(self.folder, self.manifest["key_id"])

    def store(self) -> DuckStore:
        return DuckStore(self.version, self.key)


def run_by_command(folder: Path) -> Ran:
    """Run a shop as a user would."""
    done: subprocess.CompletedProcess[str] = command("run", folder)
    assert done.returncode == 0, done.stderr
    version = Basket(folder / "basket").current()
    assert version is not None
    return Ran(folder, done.stdout + done.stderr, version)


@pytest.fixture(scope="session")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A demo shop that has not run."""
    folder = tmp_path_factory.mktemp("demo") / "shop"
    write_demo(folder, households=12, seed=7)
    with (folder / "shop.toml").open("a", encoding="utf-8") as file:
        file.write(LEARN_LITTLE)
    return folder


@pytest.fixture(scope="session")
def ran(exported: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ran]:
    """The demo shop after its first run."""
    folder = tmp_path_factory.mktemp("ran") / "shop"
    shutil.copytree(exported, folder)
    done = run_by_command(folder)
    with done.version:
        yield done


@pytest.fixture(scope="session")
def again(exported: Path, ran: Ran, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ran]:
    """The same shop with the same key in another folder, run with one thread."""
    folder = tmp_path_factory.mktemp("again") / "shop"
    shutil.copytree(exported, folder)
    shutil.copytree(ran.folder / "keys", folder / "keys")
    with (folder / "shop.toml").open("a", encoding="utf-8") as file:
        file.write("\n[run]\nthreads = 1\n")
    done = run_by_command(folder)
    with done.version:
        yield done
