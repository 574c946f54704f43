"""Servers for the client libraries of others."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.unit.serve.conftest import Served

pytest.register_assert_rewrite("tests.clients.story")

HERE = Path(__file__).parent
PACKAGES = HERE / "node_modules"
_PATIENCE = 90  # seconds


def until(true: Callable[[], object]) -> None:
    """Wait for something to become true; fail where it does not."""
    late = time.monotonic() + _PATIENCE
    while not true():
        assert time.monotonic() < late, "waited too long"
        time.sleep(0.05)  # leaves the processor to those that are waited for


class Collecting(Served):
    """A server that comes back on the same port, where its clients look for it."""

    def __init__(self, folder: Path) -> None:
        self._held = socket.socket()
        self._held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        self._held.bind(("127.0.0.1", 0))  # nobody else is given it while the server is down
        super().__init__(folder)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start it, or start it again."""
        self.port = self._held.getsockname()[1]
        command = [sys.executable, "-m", "tests.unit.serve.serving", str(self.folder), str(self.port)]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        assert self.process.stdout.readline() == "ready\n"

    def key_for(self, source: str) -> str:
        """A write key for a source of its own."""
        return self.keys.make(["write"], source=source)[0]

    def of(self, source: str) -> list[dict[str, Any]]:
        """What came of a source; nothing of it was rejected."""
        kept = self.kept()
        assert not [line for name, line in kept if name == f"{source}/rejected"]
        return [line for name, line in kept if name == source]


@pytest.fixture(scope="module")
def collecting(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Collecting]:
    """One server for all tests of a file."""
    made = Collecting(tmp_path_factory.mktemp("shop"))
    yield made
    made.stop()


@pytest.fixture
def restarting(tmp_path: Path) -> Iterator[Collecting]:
    """A server that the test may kill."""
    made = Collecting(tmp_path)
    yield made
    if made.process.poll() is None:
        made.stop(signal.SIGKILL)  # which ends it even where the test has frozen it


@pytest.fixture(scope="session")
def packages() -> Path:
    """Where the npm packages lie."""
    if not PACKAGES.is_dir():
        pytest.skip("the npm packages are not installed: npm ci --ignore-scripts --prefix tests/clients")
    return PACKAGES
