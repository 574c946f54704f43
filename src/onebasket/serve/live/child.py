"""Keeps the process going that writes the live state of a version (`python -m onebasket.serve.live`)."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO

from onebasket.errors import StoreError

FOLLOWED = "followed"  # says a process that has caught up
_SOONEST, _LATEST = 1.0, 60.0  # seconds until it is started again
_PATIENCE = 20.0  # seconds that it has to end


class Child:
    """Keeps one running from now on. `renewed` is called whenever another one has caught up."""

    def __init__(self, folder: Path, version: Path, renewed: Callable[[], None]) -> None:
        self._command = [sys.executable, "-m", __package__, str(folder), str(version)]
        self._renewed, self._guard, self._ended = renewed, threading.Lock(), threading.Event()
        self._process = self._begun()
        self._thread = threading.Thread(target=self._watch, name="live state", daemon=True)

    def caught_up(self) -> None:
        """Wait until it has, for the first time. Raises StoreError where it cannot."""
        if why := self._told():
            raise StoreError(
                "The live state cannot be made.", found=why, state="the inbox is as it was",
                next_step="correct what is wrong; the server tries again",
            )  # fmt: skip
        self._thread.start()

    @property
    def process(self) -> int:
        """The id of the one that runs now."""
        return self._process.pid

    def nudge(self) -> None:
        """There is news in the inbox. Never waits: a pipe that is full says it already."""
        with self._guard, contextlib.suppress(BlockingIOError, BrokenPipeError):
            if not self._ended.is_set():
                os.write(_of(self._process.stdin).fileno(), b"\n")

    def close(self) -> None:
        """End it; what it followed stays."""
        with self._guard:
            self._ended.set()
            _of(self._process.stdin).close()
        try:
            self._process.wait(_PATIENCE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if self._thread.is_alive():
            self._thread.join()
        _of(self._process.stdout).close()

    def _begun(self) -> subprocess.Popen[bytes]:
        made = subprocess.Popen(self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        os.set_blocking(_of(made.stdin).fileno(), False)
        return made

    def _told(self) -> str:
        """Wait until it has caught up; else what it says, or that it ended without a word."""
        said = _of(self._process.stdout).readline().decode().strip()
        return "" if said == FOLLOWED else said or "its process ended"

    def _watch(self) -> None:
        """Start another one whenever it has ended."""
        wait = _SOONEST
        while True:
            began = time.monotonic()
            _of(self._process.stdout).read()  # until it ends
            self._process.wait()
            if time.monotonic() - began > _LATEST:
                wait = _SOONEST
            if self._ended.wait(wait):
                return
            wait = min(2 * wait, _LATEST)
            with self._guard, contextlib.suppress(OSError):  # no room for a process: later
                if self._ended.is_set():
                    return
                gone, self._process = self._process, self._begun()
                _of(gone.stdin).close()
                _of(gone.stdout).close()
            if not self._told():
                self._renewed()


def _of(pipe: IO[bytes] | None) -> IO[bytes]:
    assert pipe is not None
    return pipe
