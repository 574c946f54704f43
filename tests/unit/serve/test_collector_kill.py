"""Senders that try again while the server is killed: nothing acknowledged is lost, nothing doubled."""

from __future__ import annotations

import http.client
import random
import signal
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest

from tests.unit.serve.conftest import Served

SENDERS, BATCHES, SIZE = 4, 40, 10


def sent(one: Served, sender: int, gone: Event) -> list[str]:
    """Send batches one after another, each until it is acknowledged; gives the ids."""
    made = []
    for batch in range(BATCHES):
        names = [f"{sender}.{batch}.{place}" for place in range(SIZE)]
        events = [{"type": "track", "event": "e", "userId": "u", "messageId": name} for name in names]
        while not gone.is_set():
            try:
                if one.send("/v1/batch", {"batch": events}).status == 200:
                    break
            except (OSError, http.client.HTTPException):
                continue  # killed meanwhile; it comes again
        made += names
    return made


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_killed_under_load(serving: Callable[..., Served], how: signal.Signals) -> None:
    one, gone, chance = serving(), Event(), random.Random(0)
    with ThreadPoolExecutor(SENDERS) as pool:
        working = [pool.submit(sent, one, sender, gone) for sender in range(SENDERS)]
        try:
            for _ in range(4):
                until = len(one.kept()) + chance.randrange(1, 200)
                while len(one.kept()) < until and not all(each.done() for each in working):
                    pass
                one.stop(how)
                one.start()
            acknowledged = [name for each in working for name in each.result()]
        finally:
            gone.set()
    found = [line["messageId"] for _, line in one.kept()]
    assert sorted(found) == sorted(acknowledged) and len(found) == SENDERS * BATCHES * SIZE
