"""Laws 5 and 6: the same input gives the same bytes, and unchanged input no work at all."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import NoReturn

import pytest

from onebasket.errors import StoreError
from onebasket.run import run
from onebasket.store.basket import Basket
from onebasket.tables import Table
from tests.journey.conftest import TOLD, Ran


@pytest.mark.parametrize("table", TOLD, ids=[table.name for table in TOLD])
def test_the_same_bytes_in_another_folder_with_other_threads(ran: Ran, again: Ran, table: Table) -> None:
    one, other = ran.version.parts(table.name), again.version.parts(table.name)
    assert [path.name for path in one] == [path.name for path in other] and one
    if table.personal:  # encrypted under fresh data keys: compare what they hold
        with ran.store() as a, again.store() as b:
            assert list(a.read(table.name)) == list(b.read(table.name))
    else:
        assert [
            path.name for path in one if path.read_bytes() != again_of(path, ran, again).read_bytes()
        ] == []


def again_of(path: Path, ran: Ran, again: Ran) -> Path:
    return again.version.path / path.relative_to(ran.version.path)


def test_the_same_models(ran: Ran, again: Ran) -> None:
    models = [path for path in (ran.version.path / "models").rglob("*") if path.is_file()]
    assert models
    assert [
        path.name for path in models if path.read_bytes() != again_of(path, ran, again).read_bytes()
    ] == []


def test_the_same_counts(ran: Ran, again: Ran) -> None:
    assert ran.manifest["accounts"] == again.manifest["accounts"]
    assert ran.manifest["truth"] == again.manifest["truth"]


@pytest.fixture
def shop(ran: Ran, tmp_path: Path) -> Path:
    """A shop of its own for a test that runs it, as the first run left it."""
    shutil.copytree(ran.folder, tmp_path / "shop")
    return tmp_path / "shop"


def files(shop: Path) -> dict[str, tuple[int, int]]:
    found = (path for path in (shop / "basket").rglob("*") if path.is_file())
    return {str(path.relative_to(shop)): (path.stat().st_mtime_ns, path.stat().st_ino) for path in found}


def test_nothing_is_done_and_nothing_written_when_nothing_changed(shop: Path) -> None:
    before = files(shop)
    result = run(shop)
    assert (result.published, result.version, result.done) == (False, 1, ())
    assert files(shop) == before


def test_one_changed_source_redoes_what_depends_on_it_and_no_more(shop: Path) -> None:
    path = next((shop / "exports" / "tmall").glob("ExportOrderDetailList*.csv"))
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[:-1]))
    result = run(shop, until="fuse")
    assert (result.published, result.version) == (True, 2)
    assert set(result.done) == {"collect:tmall", "clean:tmall", "align", "fuse"}
    first, second = shop / "basket" / "v000001", shop / "basket" / "v000002"
    for table in ("raw_events", "events"):
        for part in (first / table).glob("*.parquet"):
            shared = (second / table / part.name).exists() and (second / table / part.name).samefile(part)
            assert shared == (not part.name.startswith("tmall"))


def test_a_run_that_fails_leaves_the_published_version_as_it_was(
    shop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> NoReturn:
        raise StoreError("The disk is full.")

    before = files(shop)
    path = next((shop / "exports" / "tmall").glob("ExportOrderDetailList*.csv"))
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:-1]))
    monkeypatch.setattr("onebasket.fuse.fuse", fails)
    with pytest.raises(StoreError, match="disk is full"):
        run(shop, until="fuse")
    assert files(shop) == before
    version = Basket(shop / "basket").current()
    assert version is not None
    with version:
        assert version.number == 1
