"""Taking events in: one thread writes for all, and one wait for the disk serves whoever waits."""

from __future__ import annotations

import fcntl
import queue
import sqlite3
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from onebasket.durable import sync
from onebasket.errors import BusyError, InboxFullError, OneBasketError, StoreError
from onebasket.inbox.ids import Ids, Run
from onebasket.inbox.reading import segments
from onebasket.inbox.segments import Block, Posted, Segment, span
from onebasket.protect import Key

WINDOW_HOURS = 48  # for how long an event that comes again is known, at least
_SEGMENT = 500_000  # events of a segment: their ids are held in memory
_GROUP = 20_000  # events of a block, about
_GATHERED_SECONDS = 0.002  # one wait for the disk serves all who come meanwhile
_WAITING = 64_000_000  # bytes that may wait for the disk
_HOUR = 3_600_000
_NOTHING, _AGAIN = "nothing of this request was kept", "send it again later"

Follower = Callable[[Block], None]
Outcome = list[bool] | InboxFullError  # which of some events are new; or why none of them is kept


@dataclass(frozen=True)
class _Request:
    events: Sequence[Posted]
    size: int
    told: Callable[[Outcome], None]


class Inbox:
    """An inbox that is open for writing, by one process at a time.

    `follow` is called by the writing thread with each block that has become durable, after its senders were
    answered; it must neither raise nor take long.
    """

    def __init__(
        self, folder: Path, key: Key, follow: Follower | None = None,
        *, waiting: int = _WAITING, segment: int = _SEGMENT, keep_days: int | None = None,
    ) -> None:  # fmt: skip
        """`keep_days`: full segments whose last event is older are deleted; None: all are kept.

        Raises BusyError where another process writes, StoreError for a folder or file that cannot be used.
        """
        self.folder, self._key, self._follow = folder, key, follow
        self._most, self._size = waiting, segment
        self._lock, self._keep_days = _locked(folder), keep_days
        self._clear()
        files = segments(folder)
        opened = [Segment(path, key, write=path == files[-1]) for path in files]
        self._segment = opened[-1] if opened else self._begun(1)
        runs = [self._run(each) for each in opened[:-1] if each.latest >= _now() - WINDOW_HOURS * _HOUR]
        self._number = max((each.last for each in opened), default=0)
        for each in opened[:-1]:
            each.close()
        self._ids = Ids(runs, self._segment.ids())
        self._queue: queue.SimpleQueue[_Request | None] = queue.SimpleQueue()
        self._guard, self._bytes, self._closed = threading.Lock(), 0, False
        self._thread = threading.Thread(target=self._work, name="inbox", daemon=True)
        self._thread.start()

    @property
    def waiting(self) -> int:
        """Bytes that wait for the disk."""
        return self._bytes

    def submit(self, events: Sequence[Posted]) -> Future[list[bool]]:
        """Take events in. The future tells, once they are on disk, which of them are new; the others came
        before.

        Raises InboxFullError where too much waits already. The future raises it where the disk takes no more;
        then none of the events is kept.
        """
        made: Future[list[bool]] = Future()

        def told(outcome: Outcome) -> None:
            if not made.set_running_or_notify_cancel():
                return  # whoever asked is gone
            if isinstance(outcome, list):
                made.set_result(outcome)
            else:
                made.set_exception(outcome)

        self.put(events, told)
        return made

    def put(self, events: Sequence[Posted], told: Callable[[Outcome], None]) -> None:
        """Take events in; the writing thread tells what became of them. Raises InboxFullError as `submit`
        does."""
        size = sum(len(event.line) for event in events)
        with self._guard:
            if self._closed:
                raise InboxFullError("The inbox is closed.", state=_NOTHING, next_step=_AGAIN)
            if self._bytes and self._bytes + size > self._most:
                raise InboxFullError(
                    "More is waiting for the disk than may.", found=f"{self._bytes:,} bytes",
                    expected=f"at most {self._most:,}", state=_NOTHING, next_step=_AGAIN,
                )  # fmt: skip
            self._bytes += size
            self._queue.put(_Request(events, size, told))

    def close(self) -> None:
        """Write what waits, then stop."""
        with self._guard:
            if self._closed:
                return
            self._closed = True
            self._queue.put(None)
        self._thread.join()
        self._segment.close()
        self._lock.close()

    def _work(self) -> None:
        """The writing thread."""
        going, group = True, list[_Request]()
        while going:
            group, going = self._group(len(group) > 1)
            if not group:
                continue
            try:
                before, block = self._commit(group)
            except (sqlite3.Error, OSError, OneBasketError) as error:
                self._settle(group, [], error)
                continue
            self._settle(group, before, None)
            if block is not None and self._follow is not None:
                self._follow(block)

    def _group(self, busy: bool) -> tuple[list[_Request], bool]:
        """The requests that are waiting, at least one; and whether there will be more. `busy`: several came
        together last time, so that more are on their way."""
        first = self._queue.get()
        if first is None:
            return [], False
        if busy:
            time.sleep(_GATHERED_SECONDS)
        group, events = [first], len(first.events)
        while events < _GROUP:
            try:
                found = self._queue.get_nowait()
            except queue.Empty:
                break
            if found is None:
                return group, False
            group.append(found)
            events += len(found.events)
        return group, True

    def _commit(self, group: list[_Request]) -> tuple[list[bool], Block | None]:
        """Make what is new in some requests durable; tells of each event whether it came before."""
        events = [event for request in group for event in request.events]
        before = self._ids.before([event.id for event in events])
        fresh = tuple(event for event, known in zip(events, before, strict=True) if not known)
        if not fresh:
            return before, None
        if len(self._ids.current) >= self._size:
            self._seal()
        # Clocks may go back; blocks stay in the order of their times.
        block = Block(self._number + 1, max(_now(), self._segment.latest), fresh)
        self._segment.add(block.number, block.received, block.events)
        self._number = block.number
        self._ids.current.update(event.id for event in fresh)
        return before, block

    def _settle(self, group: list[_Request], before: list[bool], error: Exception | None) -> None:
        """Answer those who wait."""
        with self._guard:
            self._bytes -= sum(request.size for request in group)
        place = 0
        for request in group:
            known = before[place : place + len(request.events)]
            place += len(request.events)
            request.told([not each for each in known] if error is None else _full(error))

    def _seal(self) -> None:
        """Begin a new segment."""
        following = self._begun(int(self._segment.path.stem) + 1)
        self._ids.sealed(self._run(self._segment))
        self._ids.forget(_now() - WINDOW_HOURS * _HOUR)
        self._segment.close()
        self._segment = following
        self._clear()

    def _clear(self) -> None:
        """Delete what need not be kept."""
        if self._keep_days is None:
            return
        for path in segments(self.folder)[:-1]:
            if span(path)[1] < _now() - 24 * self._keep_days * _HOUR:
                for ending in (".ids", ".sqlite", ".sqlite-wal", ".sqlite-shm"):
                    path.with_suffix(ending).unlink(missing_ok=True)

    def _begun(self, number: int) -> Segment:
        made = Segment(self.folder / f"{number:06}.sqlite", self._key, write=True)
        sync(self.folder)
        return made

    def _run(self, segment: Segment) -> Run:
        """The sorted ids of a full segment; written where a crash came before."""
        path = segment.path.with_suffix(".ids")
        return Run(path, segment.latest) if path.exists() else Run.write(path, segment.ids(), segment.latest)


def _locked(folder: Path) -> IO[str]:
    """The lock of an inbox that nobody else writes."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = (folder / "LOCK").open("a")
    except OSError as error:
        raise StoreError(
            f"The inbox {folder} cannot be written.", found=str(error.strerror),
            next_step="make the folder writable",
        ) from error  # fmt: skip
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        lock.close()
        raise BusyError(
            f"Another process writes the inbox {folder}.", state="nothing was changed",
            next_step="stop the other server, or wait until it has ended",
        ) from error  # fmt: skip
    return lock


def _full(error: Exception) -> InboxFullError:
    return InboxFullError(
        "The inbox cannot be written.", found=str(error), state=_NOTHING,
        next_step="make room on the disk; senders send it again",
    )  # fmt: skip


def _now() -> int:
    return time.time_ns() // 1_000_000
