"""A new version takes over without a failed request, and the old one is let go of."""

from __future__ import annotations

import fcntl
import shutil
import threading
import time
from collections import Counter
from pathlib import Path

import pytest

import onebasket
from onebasket import shop as shop_file
from onebasket.errors import OneBasketError, StoreError
from onebasket.serve.current import Again, Current
from onebasket.serve.happened import Still
from onebasket.store.basket import Basket, Version
from tests.unit.serve.conftest import Served
from tests.unit.serve.world import write


def republish(folder: Path, top: int) -> None:
    """Another version, by a changed setting."""
    path = folder / "shop.toml"
    kept = path.read_text().partition("\n[recommend]")[0]
    path.write_text(f"{kept}\n[recommend]\ntop = {top}\n")
    onebasket.run(folder)


@pytest.fixture
def folder(ran_world: Path, tmp_path: Path) -> Path:
    shutil.copytree(ran_world, tmp_path / "shop")
    return tmp_path / "shop"


def test_a_version_is_closed_once_its_requests_end(folder: Path) -> None:
    current = Current(shop_file.load(folder), lambda version: Still())
    with pytest.raises(StoreError, match="open"), current.get():
        pass
    assert current.refresh() and not current.refresh() and current.version == 1
    with current.get() as old:
        republish(folder, 5)
        assert current.refresh() and current.version == 2
        with current.get() as new:
            assert (old.version, new.version) == (1, 2)
        assert old.trending().items  # though another version is in use
    with pytest.raises(Exception, match=r"(?i)clos"):
        old.customer(old.known_ids()[0][0], personal=True)
    current.close()
    assert current.version is None


def test_what_cannot_be_opened_leaves_the_version_in_use(folder: Path) -> None:
    current = Current(shop_file.load(folder), lambda version: Still())
    current.refresh()
    republish(folder, 6)
    published = Basket(folder / "basket").current()
    assert published
    with published:
        shutil.rmtree(published.path / "models")
    current.watch(0.05)
    deadline = time.monotonic() + 20
    while not current.fault and time.monotonic() < deadline:
        time.sleep(0.05)
    assert current.version == 1 and "model" in current.fault.casefold()
    with current.get() as shop:
        assert shop.trending().items
    current.close()


@pytest.mark.parametrize("what", ["model", "live state"])
def test_nothing_stays_of_a_version_that_cannot_be_opened(folder: Path, what: str) -> None:
    closed = []

    class Noted(Still):
        def close(self) -> None:
            closed.append(1)

    def live_of(version: Version) -> Still:
        if what == "live state":
            raise StoreError("no room")
        return Noted()

    published = Basket(folder / "basket").current()
    assert published
    if what == "model":
        shutil.rmtree(published.path / "models")
    published.close()
    current = Current(shop_file.load(folder), live_of)
    for _ in range(2):
        with pytest.raises(OneBasketError):
            current.refresh()
    assert len(closed) == (2 if what == "model" else 0)
    with (published.path / "LOCK").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)  # nobody reads the version


def test_what_failed_is_tried_again_ever_later_or_once_things_changed() -> None:
    again, one, two = Again(1.0, 4.0), (b"v1", 1), (b"v1", 2)
    tries = []
    for now in range(12):
        if again.due(one, now):
            tries.append(now)
            again.tried(one, now, failed=True)
    assert tries == [0, 1, 3, 7, 11]
    assert again.due(two, 11.0) and again.due(None, 11.0)
    again.tried(two, 11.0, failed=True)
    assert not again.due(two, 11.5) and again.due(two, 12.0)
    again.tried(two, 12.0, failed=False)
    assert again.due(two, 12.0)


def test_a_version_that_cannot_be_opened_waits_until_something_changes(folder: Path) -> None:
    tries: list[int] = []

    def live_of(version: Version) -> Still:
        tries.append(version.number)
        raise StoreError("no room")

    current = Current(shop_file.load(folder), live_of)
    current.watch(0.01)
    deadline = time.monotonic() + 20
    while len(tries) < 3 and time.monotonic() < deadline:
        time.sleep(0.01)
    republish(folder, 7)
    while 2 not in tries and time.monotonic() < deadline:
        time.sleep(0.01)
    current.close()
    assert 2 in tries and current.fault


def test_a_shop_that_never_ran_waits(tmp_path: Path) -> None:
    current = Current(shop_file.load(write(tmp_path / "shop")), lambda version: Still())
    assert not current.refresh() and current.version is None
    current.close()


def test_no_request_fails_while_versions_come(folder: Path) -> None:
    """A real server, asked without a pause while two more versions are published."""
    served = Served(folder, server="api_serving")
    key, _ = served.keys.make(["read"])
    told: Counter[tuple[int, int | None]] = Counter()
    done = threading.Event()

    def hammer() -> None:
        while not done.is_set():
            answer = served.ask("GET", "/v1/trending?top=3", headers={"x-api-key": key})
            told[answer.status, answer.told.get("version")] += 1

    clients = [threading.Thread(target=hammer) for _ in range(3)]
    try:
        for each in clients:
            each.start()
        for number in (2, 3):
            republish(folder, 10 + number)
            deadline = time.monotonic() + 60
            while not told[200, number] and time.monotonic() < deadline:
                time.sleep(0.05)
    finally:
        done.set()
        for each in clients:
            each.join()
    assert served.stop() == 0
    assert {status for status, _ in told} == {200} and {number for _, number in told} == {1, 2, 3}
