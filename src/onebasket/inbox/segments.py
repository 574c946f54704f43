"""One file of the inbox: an SQLite database of blocks that are only ever added.

A block is what was accepted between two waits for the disk. Rows come in the order of their numbers, so that
adding costs the same however many there are; that an event came before is told by its id (`ids`), in memory.
"""

from __future__ import annotations

import hashlib
import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import msgspec
import pyarrow as pa
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from onebasket.errors import StoreError
from onebasket.protect import Key

ID_BYTES = 16
_NONCE = 12
_MADE = """
    create table if not exists blocks (
        number integer primary key,
        received integer not null,  -- milliseconds since 1970
        ids blob not null,
        length integer not null,    -- of the body before it was compressed
        body blob not null
    )
"""


@dataclass(frozen=True, slots=True)
class Posted:
    """An event as it came: which source it belongs to, its id, and one line of JSON."""

    source: str
    id: bytes  # (ID_BYTES,)
    line: bytes


@dataclass(frozen=True)
class Block:
    """What became durable at once."""

    number: int  # from 1 on, over all segments
    received: int  # milliseconds since 1970
    events: tuple[Posted, ...]


class _Part(msgspec.Struct, array_like=True):
    source: str
    lines: list[bytes]


def id_of(source: str, message: str) -> bytes:
    """What an event is known by: its message id within its source, as 16 bytes."""
    return hashlib.blake2b(
        f"{source}\0{message}".encode("utf-8", "surrogatepass"), digest_size=ID_BYTES
    ).digest()


class Segment:
    """A file of the inbox, open for writing or for reading."""

    def __init__(self, path: Path, key: Key, *, write: bool) -> None:
        """Raises StoreError for a file that is no segment."""
        self.path, self._key = path, AESGCM(key.derive("inbox"))
        self._codec = pa.Codec("zstd", 1)
        mode = "rwc" if write else "ro"
        try:
            self._database = sqlite3.connect(
                f"file:{path}?mode={mode}", uri=True, isolation_level=None, check_same_thread=False
            )
            if write:
                path.chmod(0o600)
                self._database.execute("pragma journal_mode = wal")
                self._database.execute("pragma synchronous = full")  # acknowledged is on disk
                self._database.execute(_MADE)
            self.last, self.latest = _span(self._database)
        except sqlite3.DatabaseError as error:
            raise _damaged(path, str(error)) from error

    def add(self, number: int, received: int, events: Sequence[Posted]) -> None:
        """Add a block; on return it is on disk. Raises sqlite3.Error where it is not; then nothing has
        changed."""
        parts: list[_Part] = []
        for event in events:
            if not parts or parts[-1].source != event.source:
                parts.append(_Part(event.source, []))
            parts[-1].lines.append(event.line)
        plain = msgspec.msgpack.encode(parts)
        ids = b"".join(event.id for event in events)
        nonce, small = os.urandom(_NONCE), self._codec.compress(plain, asbytes=True)
        body = nonce + self._key.encrypt(nonce, small, self._bound(number, ids))
        row = (number, received, ids, len(plain), body)
        try:
            self._database.execute("begin immediate")
            self._database.execute("insert into blocks values (?, ?, ?, ?, ?)", row)
            self._database.execute("commit")
        except sqlite3.Error:
            if self._database.in_transaction:
                self._database.execute("rollback")
            raise
        self.last, self.latest = number, received

    def blocks(self, after: int = 0) -> Iterator[Block]:
        """Its blocks behind a number, in order. Raises StoreError for a damaged one, or one of another
        key."""
        query = "select number, received, ids, length, body from blocks where number > ? order by number"
        try:
            for number, received, ids, length, body in self._database.execute(query, (after,)):
                yield Block(number, received, tuple(self._opened(number, ids, length, body)))
        except sqlite3.DatabaseError as error:
            raise _damaged(self.path, str(error)) from error

    def ids(self) -> Iterator[bytes]:
        """The ids of all its events, one block after another."""
        try:
            for (ids,) in self._database.execute("select ids from blocks order by number"):
                yield ids
        except sqlite3.DatabaseError as error:
            raise _damaged(self.path, str(error)) from error

    def close(self) -> None:
        """Write the log back into the file, where this is the last to use it."""
        self._database.close()

    def _opened(self, number: int, ids: bytes, length: int, body: bytes) -> Iterator[Posted]:
        try:
            small = self._key.decrypt(body[:_NONCE], body[_NONCE:], self._bound(number, ids))
        except (InvalidTag, ValueError) as error:
            raise _damaged(self.path, f"block {number} cannot be decrypted with this shop's key") from error
        plain = self._codec.decompress(small, length, asbytes=True)
        place = 0
        for part in msgspec.msgpack.decode(plain, type=list[_Part]):
            for line in part.lines:
                yield Posted(part.source, ids[place : place + ID_BYTES], line)
                place += ID_BYTES

    def _bound(self, number: int, ids: bytes) -> bytes:
        """What a block's body belongs to: this place in the inbox, and its ids."""
        return f"{self.path.name} {number} ".encode() + ids


def span(path: Path) -> tuple[int, int]:
    """The number of a segment's last block and when it came, without its key. Raises StoreError for a damaged
    file."""
    try:
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
            return _span(database)
    except sqlite3.DatabaseError as error:
        raise _damaged(path, str(error)) from error


def _span(database: sqlite3.Connection) -> tuple[int, int]:
    last, latest = database.execute("select max(number), max(received) from blocks").fetchone()
    return last or 0, latest or 0


def _damaged(path: Path, found: str) -> StoreError:
    return StoreError(
        f"The inbox file {path} cannot be read.", found=found,
        state="the other files of the inbox are as they were",
        next_step="put the file back from your backup, or move it away: its events are lost with it",
    )  # fmt: skip
