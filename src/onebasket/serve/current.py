"""The version in use: a new one is opened beside the old one, which is closed once nobody asks it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from onebasket import shop as shop_file
from onebasket.errors import OneBasketError, StoreError
from onebasket.serve.answering import Answering
from onebasket.serve.arms import Note, unnoted
from onebasket.serve.happened import Live
from onebasket.shop import Shop
from onebasket.store.basket import POINTER, Basket, Version

_BETWEEN = 1.0  # seconds between looks at what is published
_LATEST = 60.0  # seconds until what could not be opened is tried again
Stands = tuple[bytes, int] | None


@dataclass
class _Held:
    """A version that is open, and how many requests are under way in it."""

    answering: Answering
    users: int = 0
    replaced: bool = False


class Again:
    """When to try again what failed: at once where it may go otherwise now, else later each time. A try is
    dear where it makes a live state anew."""

    def __init__(self, soonest: float, latest: float) -> None:
        """Seconds."""
        self._soonest, self._latest = soonest, latest
        self._failed: Stands = None
        self._wait, self._due = soonest, 0.0

    def due(self, stands: Stands, now: float) -> bool:
        """Whether to try, as things stand."""
        return stands != self._failed or now >= self._due

    def tried(self, stands: Stands, now: float, *, failed: bool) -> None:
        """It was tried."""
        known = failed and stands == self._failed
        self._wait = min(2 * self._wait, self._latest) if known else self._soonest
        self._failed, self._due = (stands, now + self._wait) if failed else (None, 0.0)


class Current:
    """Gives answers to whoever asks, always from one whole version.

    `live_of` makes the live state that goes with a version, when that is opened; `note` is told every list.
    """

    def __init__(self, shop: Shop, live_of: Callable[[Version], Live], note: Note = unnoted) -> None:
        self._shop, self._live_of, self._note = shop, live_of, note
        self._held: _Held | None = None
        self._lock, self._stopped = threading.Lock(), threading.Event()
        self._thread: threading.Thread | None = None
        self.fault = ""  # why the version that is published last cannot be opened

    @property
    def version(self) -> int | None:
        """The number of the version in use; None: none is open."""
        held = self._held
        return held.answering.version if held else None

    @contextmanager
    def get(self) -> Iterator[Answering]:
        """The version in use, which stays open for as long as the block runs. Raises StoreError where none
        is open."""
        with self._lock:
            held = self._held
            if held is None:
                raise StoreError(
                    "No version is open.", found=self.fault or "nothing was published yet",
                    next_step=f"onebasket run {self._shop.folder}",
                )  # fmt: skip
            held.users += 1
        try:
            yield held.answering
        finally:
            self._let_go(held)

    def swap(self, new: Answering | None) -> None:
        """Answer from another version from now on; None: from none. The one before is closed once its
        requests end."""
        with self._lock:
            old, self._held = self._held, _Held(new) if new else None
            if old is None:
                return
            old.replaced, idle = True, old.users == 0
        if idle:
            old.answering.close()

    def refresh(self) -> bool:
        """Open what is published, if it is another version than that in use; tells whether it was.

        The shop file is read anew with it. Raises OneBasketError where it cannot be opened; the one in use
        stays.
        """
        shop = shop_file.load(self._shop.folder)
        version = Basket(shop.basket).current()
        if version is None:
            return False
        if version.number == self.version:
            version.close()
            return False
        try:
            live = self._live_of(version)
        except BaseException:
            version.close()
            raise
        try:
            new = Answering.open(shop, version, live, self._note)
        except BaseException:  # it is tried again: nothing of this try may stay
            live.close()
            raise
        try:
            new.warm()
        except BaseException:
            new.close()
            raise
        self.swap(new)
        return True

    def watch(self, every: float = _BETWEEN) -> None:
        """From now on look every so many seconds for what is published, in a thread of its own. What cannot
        be opened is told by `fault`, and tried again: soon where a version is published or the shop file
        changes, else less and less often."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._watched, args=(every,), name="versions", daemon=True)
            self._thread.start()

    def close(self) -> None:
        """Stop looking, and close the version in use once its requests end."""
        self._stopped.set()
        if self._thread is not None:
            self._thread.join()
        self.swap(None)

    def _watched(self, every: float) -> None:
        again = Again(every, _LATEST)
        while True:
            stands = self._stands()
            if again.due(stands, time.monotonic()):
                try:
                    self.refresh()
                    self.fault = ""
                except OneBasketError as error:
                    self.fault = str(error)
                except Exception as error:  # noqa: BLE001 the thread must go on: the next version may be sound
                    self.fault = f"an unforeseen fault: {type(error).__name__}"
                again.tried(stands, time.monotonic(), failed=bool(self.fault))
            if self._stopped.wait(every):
                return

    def _stands(self) -> Stands:
        """What it depends on whether a version can be opened: which is published, and the shop file."""
        try:
            pointer = (self._shop.basket / POINTER).read_bytes()
            return pointer, (self._shop.folder / shop_file.FILE_NAME).stat().st_mtime_ns
        except OSError:
            return None

    def _let_go(self, held: _Held) -> None:
        with self._lock:
            held.users -= 1
            last = held.replaced and held.users == 0
        if last:
            held.answering.close()
