"""The Node libraries of Segment and RudderStack against a real server."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Thread

import pytest

from tests.clients.conftest import HERE, Collecting, until
from tests.clients.story import Said, check, story

LIBRARIES = ("segment", "rudderstack")


class Sender:
    """A library in a Node of its own."""

    def __init__(self, library: str, server: Collecting, source: str) -> None:
        command = [_node(), str(HERE / "send.mjs"), library, server.address, server.key_for(source)]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.said: list[str] = []
        self._listening = Thread(target=self._listen)
        self._listening.start()

    def say(self, calls: list[Said]) -> None:
        """Hand calls to the library."""
        assert self.process.stdin is not None
        self.process.stdin.write("".join(json.dumps(call) + "\n" for call in calls))
        self.process.stdin.flush()

    def end(self) -> None:
        """Wait until the library has handed everything over."""
        assert self.process.stdin is not None
        self.process.stdin.close()
        assert self.process.wait(timeout=90) == 0
        self._listening.join()

    def _listen(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.said.append(line.strip())


def _node() -> str:
    found = shutil.which("node")
    if found is None:
        pytest.skip("Node is not on this machine")
    return found


@pytest.fixture
def sender(packages: Path) -> Iterator[Callable[[str, Collecting, str], Sender]]:
    """Start libraries; what still runs in the end is stopped."""
    made: list[Sender] = []

    def start(library: str, server: Collecting, source: str) -> Sender:
        made.append(Sender(library, server, source))
        return made[-1]

    yield start
    for each in made:
        each.process.kill()


@pytest.mark.parametrize("library", LIBRARIES)
def test_every_event_arrives_once(
    collecting: Collecting, sender: Callable[..., Sender], library: str
) -> None:
    client, sent = sender(library, collecting, library), story()
    client.say(sent)
    client.end()
    assert client.said == []
    arrived = collecting.of(library)
    check(arrived, sent)
    assert len({line["receivedAt"] for line in arrived}) <= len(sent) // 5, "sent in batches"


@pytest.mark.parametrize("library", LIBRARIES)
def test_killed_servers_lose_and_double_nothing(
    restarting: Collecting, sender: Callable[..., Sender], library: str
) -> None:
    client, sent = sender(library, restarting, "app"), story(200)
    client.say(sent[:100])
    until(lambda: len(restarting.kept()) >= 20)
    restarting.stop(signal.SIGKILL)
    client.say(sent[100:])
    until(lambda: "again" in client.said)
    assert len(restarting.kept()) < len(sent)
    restarting.start()
    client.end()
    assert "failed" not in client.said
    check(restarting.of("app"), sent)
