"""Who read personal values: one line a reading, only ever added to a file of mode 600 in the shop folder."""

from __future__ import annotations

import os
import threading
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from onebasket.errors import StoreError

FILE = "audit.ndjson"


class Reading(msgspec.Struct, frozen=True):
    """One reading; never a value that was read."""

    time: str  # ISO 8601, UTC
    key: str  # id of the API key
    what: str  # lookup or personal
    customer_id: str | None  # None: nobody was found


class Audit:
    """The file of one shop. Threads may write at once."""

    def __init__(self, shop_folder: Path) -> None:
        self.path, self._lock = shop_folder / FILE, threading.Lock()

    def write(self, key: str, what: str, customer_id: str | None) -> None:
        """Put a reading on disk, before its answer goes out. Raises StoreError where that cannot be."""
        now = datetime.now(UTC).isoformat(timespec="milliseconds")
        line = msgspec.json.encode(Reading(now, key, what, customer_id)) + b"\n"
        try:
            with self._lock:
                handle = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
                try:
                    os.write(handle, line)
                    os.fsync(handle)
                finally:
                    os.close(handle)
        except OSError as error:
            raise StoreError(
                f"The audit file {self.path} cannot be written.", found=str(error.strerror),
                state="no personal value was given away", next_step="make room, or make the file writable",
            ) from error  # fmt: skip
