"""Coroutines that wait for the inbox, and a body that does not come."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.types import Message

from onebasket.errors import InboxFullError
from onebasket.inbox import Inbox, Posted, id_of
from onebasket.protect import Key
from onebasket.serve.collector import requests
from onebasket.serve.collector.arriving import Arriving
from onebasket.serve.collector.routes import Collector
from onebasket.serve.keys import Keys


@pytest.fixture
def inbox(tmp_path: Path) -> Iterator[Inbox]:
    made = Inbox(tmp_path / "inbox", Key(bytes(range(32)), tmp_path / "key"))
    yield made
    made.close()


def posted(name: str) -> Posted:
    return Posted("web", id_of("web", name), b"{}")


def test_each_learns_what_became_of_its_own(inbox: Inbox) -> None:
    arriving = Arriving(inbox)

    async def run() -> list[list[bool]]:
        names = [[f"{number}", f"{number + 1}"] for number in range(0, 40, 2)] + [["x", "x", "3"]]
        return await asyncio.gather(*(arriving.submit([posted(name) for name in each]) for each in names))

    assert asyncio.run(run()) == [[True, True]] * 20 + [[True, False, False]]


def test_who_is_gone_holds_nobody_up(inbox: Inbox) -> None:
    arriving = Arriving(inbox)

    async def leave() -> None:
        asyncio.get_running_loop().create_task(arriving.submit([posted("left")]))
        await asyncio.sleep(0)

    asyncio.run(leave())  # its loop ends before the disk does
    inbox.submit([posted("meanwhile")]).result()

    async def come() -> list[bool]:
        return await arriving.submit([posted("left"), posted("came")])

    assert asyncio.run(come()) == [False, True]


def test_an_inbox_that_is_closed_says_so(inbox: Inbox) -> None:
    inbox.close()
    with pytest.raises(InboxFullError):
        asyncio.run(Arriving(inbox).submit([posted("late")]))


@pytest.mark.parametrize("how", ["slow", "gone"])
def test_a_body_that_does_not_come(
    inbox: Inbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    monkeypatch.setattr(requests, "SLOWEST", 0.01)
    collector = Collector(inbox, Keys(tmp_path), Key(bytes(range(32)), tmp_path / "key"))
    track = next(route for route in collector.routes() if route.path == "/v1/track")
    scope = {"type": "http", "method": "POST", "path": "/v1/track", "headers": [], "query_string": b""}
    told: list[Message] = []

    async def receive() -> Message:
        if how == "gone":
            return {"type": "http.disconnect"}
        return await asyncio.Future()

    async def send(message: Message) -> None:
        told.append(message)

    async def run() -> None:
        await track.app(scope, receive, send)

    asyncio.run(run())
    assert told[0]["status"] == {"slow": 408, "gone": 400}[how]
