"""Real servers on loopback."""

from __future__ import annotations

import http.client
import json
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from onebasket.inbox import blocks
from onebasket.protect import Key
from onebasket.serve.keys import Keys
from tests.unit.serve import world


@dataclass
class Answer:
    """What came back."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def told(self) -> dict[str, Any]:
        made: dict[str, Any] = json.loads(self.body)
        return made


class Served:
    """A server in a process of its own, its folder, and a write key of source `web`."""

    def __init__(self, folder: Path, *limit: str, server: str = "serving") -> None:
        self.folder, self.keys, self._server = folder, Keys(folder), f"tests.unit.serve.{server}"
        self.key, _ = self.keys.make(["write"], source="web")
        self._limit = limit
        self.start()

    def start(self) -> None:
        """Start it, or start it again."""
        with closing(socket.create_server(("127.0.0.1", 0))) as free:
            self.port = free.getsockname()[1]
        command = [sys.executable, "-m", self._server, str(self.folder), str(self.port)]
        self.process = subprocess.Popen([*command, *self._limit], stdout=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        assert self.process.stdout.readline() == "ready\n"

    def stop(self, how: signal.Signals = signal.SIGTERM) -> int:
        """End it; gives its exit status."""
        self.process.send_signal(how)
        assert self.process.stdout is not None
        self.process.stdout.close()
        return self.process.wait()

    def ask(
        self, method: str, path: str, body: bytes | None = None, headers: dict[str, str] | None = None
    ) -> Answer:
        """One request."""
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)) as connection:
            connection.request(method, path, body, headers or {})
            answer = connection.getresponse()
            told = {name.lower(): value for name, value in answer.getheaders()}
            return Answer(answer.status, told, answer.read())

    def send(self, path: str, event: Any, **headers: str) -> Answer:
        """JSON with the write key."""
        return self.ask("POST", path, json.dumps(event).encode(), {"x-write-key": self.key, **headers})

    def kept(self) -> list[tuple[str, dict[str, Any]]]:
        """The source and line of all events in its inbox."""
        key = Key(bytes(range(32)), self.folder / "key")
        return [
            (event.source, json.loads(event.line))
            for block in blocks(self.folder / "inbox", key)
            for event in block.events
        ]


@pytest.fixture(scope="session")
def ran_world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small world, run once; to be copied, not changed."""
    return world.run(world.write(tmp_path_factory.mktemp("world") / "shop"))


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """One server for all tests of a file."""
    made = Served(tmp_path_factory.mktemp("shop"))
    yield made
    made.stop()


@pytest.fixture
def serving(tmp_path: Path) -> Iterator[Callable[..., Served]]:
    """Start servers of one's own."""
    made: list[Served] = []

    def start(*limit: str) -> Served:
        made.append(Served(tmp_path, *limit))
        return made[-1]

    yield start
    for each in made:
        if each.process.poll() is None:
            each.stop(signal.SIGKILL)
