"""From the loop that takes requests in to the inbox, and back with what became of them."""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import Sequence

from onebasket.inbox import Inbox, Outcome, Posted

Waiting = asyncio.Future[list[bool]]


class Arriving:
    """An inbox for coroutines. All that became durable together wakes the loop once, not each request."""

    def __init__(self, inbox: Inbox) -> None:
        self._inbox = inbox
        self._done: deque[tuple[Waiting, Outcome]] = deque()
        self._waking: asyncio.AbstractEventLoop | None = None  # which has been asked to wake up

    async def submit(self, events: Sequence[Posted]) -> list[bool]:
        """Take events in, as `Inbox.submit` does."""
        loop = asyncio.get_running_loop()
        waiting: Waiting = loop.create_future()

        def told(outcome: Outcome) -> None:
            self._done.append((waiting, outcome))
            if self._waking is not loop:
                self._waking = loop
                with contextlib.suppress(RuntimeError):  # the loop has ended, and whoever asked is gone
                    loop.call_soon_threadsafe(self._wake)

        self._inbox.put(events, told)
        return await waiting

    def _wake(self) -> None:
        self._waking = None  # first: what is done from now on wakes it again
        while self._done:
            waiting, outcome = self._done.popleft()
            if waiting.done():
                continue  # whoever asked is gone
            if isinstance(outcome, list):
                waiting.set_result(outcome)
            else:
                waiting.set_exception(outcome)
