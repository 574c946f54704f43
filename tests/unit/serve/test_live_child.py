"""The process that writes the live state: it follows, may be killed, and never outlives whom it serves."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from onebasket.errors import StoreError
from onebasket.inbox import FOLDER, Inbox, Posted, id_of
from onebasket.serve.live import States
from onebasket.serve.live.followed import Followed
from onebasket.store.basket import Basket
from tests.unit.serve.live_world import World, event


class Server:
    """What a server has of the live state: the inbox, and what is followed."""

    def __init__(self, world: World) -> None:
        self.states = States(world.folder)
        self.inbox = Inbox(world.folder / FOLDER, world.key, self.states.nudge)
        version = Basket(world.shop.basket).current()
        assert version is not None
        self.version = version
        self.live: Followed = self.states.of(version)

    @property
    def child(self) -> int:
        (child,) = self.states._open.values()
        return child.process

    def send(self, *sent: dict[str, Any]) -> None:
        events = [Posted("web", id_of("web", each["messageId"]), json.dumps(each).encode()) for each in sent]
        self.inbox.submit(events).result()

    def did(self) -> list[str]:
        """What the customer `u1` did."""
        customer = self.live.customer_of({"account": "u1", "system": "web"})
        assert customer is not None
        return [each.event_id for each in self.live.recent(customer)]

    def close(self) -> None:
        self.live.close()
        self.version.close()
        self.inbox.close()


def until(right: Callable[[], bool]) -> None:
    ends = time.monotonic() + 60
    while not right():
        assert time.monotonic() < ends
        time.sleep(0.01)


@pytest.fixture
def world(tmp_path: Path) -> World:
    made = World(tmp_path / "shop")
    made.post(("web", event(1, userId="u1")))
    made.run()
    return made


@pytest.fixture
def server(world: World) -> Iterator[Server]:
    made = Server(world)
    yield made
    made.close()


def test_it_follows_while_events_come_in(server: Server) -> None:
    assert server.did() == []
    broken = Posted("web", id_of("web", "x"), b"[1]")  # it must not stop those behind it
    server.inbox.submit([broken]).result()
    server.send(event(2, userId="u1"))
    until(lambda: server.did() == ["m2#0"])
    server.send(event(3, anonymousId="a1"), event(4, anonymousId="a1", userId="u1"))
    until(lambda: server.did() == ["m2#0", "m3#0", "m4#0"])


def test_killed_it_comes_back_and_nothing_is_lost_or_counted_twice(server: Server) -> None:
    told: list[str] = []
    for first in (10, 30):
        numbers = range(first, first + 20)
        server.send(*(event(number, userId="u1") for number in numbers))
        told += [f"m{number}#0" for number in numbers]
        os.kill(server.child, signal.SIGKILL)
        assert set(server.did()) <= set(told)  # answers go on
        until(lambda last=told[-1]: last in server.did())  # type: ignore[misc]
        assert sorted(server.did()) == sorted(told)
    asked = "select sum(looked), (select count(*) from happened where product is not null) from counted"
    ((looked, views),) = server.live._recall.ask(asked).fetchall()
    assert looked == views > 0


def test_a_file_that_was_made_anew_is_read_anew(server: Server, world: World) -> None:
    server.send(event(2, userId="u1"))
    until(lambda: server.did() == ["m2#0"])
    (path,) = (world.folder / "live").glob("*.sqlite")
    before = path.stat().st_ino
    for ending in ("", "-wal", "-shm"):
        path.with_name(path.name + ending).unlink(missing_ok=True)
    os.kill(server.child, signal.SIGKILL)
    server.send(event(3, userId="u1"))
    until(lambda: server.did() == ["m2#0", "m3#0"])
    assert path.stat().st_ino != before


def test_what_is_wrong_is_told_and_nothing_stays(world: World) -> None:
    states = States(world.folder)
    (world.folder / "live").write_text("no folder")
    with Basket(world.shop.basket).current() as version:  # type: ignore[union-attr]
        with pytest.raises(StoreError, match="live state") as caught:
            states.of(version)
        assert "cannot be used" in str(caught.value.found)
        assert not states._open
        (world.folder / "live").unlink()
        states.of(version).close()


_KEEPER = """
import sys
from pathlib import Path
from onebasket.serve.live import States
from onebasket.store.basket import Basket
folder = Path(sys.argv[1])
made = States(folder).of(Basket(folder / "basket").current())
print("ready", flush=True)
sys.stdin.read()
"""


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_it_ends_with_whom_it_serves(world: World, how: signal.Signals) -> None:
    keeper = subprocess.Popen(
        [sys.executable, "-c", _KEEPER, str(world.folder)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert keeper.stdout is not None
    assert keeper.stdout.readline() == "ready\n"
    keeper.send_signal(how)
    keeper.communicate(timeout=60)  # its errors end when the last who can write them is gone
    assert keeper.returncode == -how


def test_of_two_that_follow_one_stops(world: World) -> None:
    """As when a server is killed and another started while the first one's is still at work."""
    world.post(("web", event(2, userId="u1")))
    with world.following() as first, world.following() as second:
        first.catch_up()
        with pytest.raises(StoreError, match="Another"):
            second.catch_up()
    with world.followed() as live:
        assert len(live.recent(live.customer_of({"account": "u1", "system": "web"}) or "")) == 1
