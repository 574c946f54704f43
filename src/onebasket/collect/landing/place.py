"""Where what is fetched from one source lands: chunks that never change, and a state written whole.

    landed/<source>/<settings>/state           what landed, and from where the next load goes on; sealed
                               000001.parquet  rows as they came, encrypted
                               000001.seen     what names each of them, and what it says, as numbers
                               000001.over     which earlier rows they stand instead of

What the state does not name is not there: a crash leaves such files, and the next load removes them. So
the chunks that are acknowledged and the cursor that belongs to them change together.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from onebasket.collect.databases import public_url
from onebasket.collect.landing.seen import ENDING, Seen, chunk_and_line, place_of
from onebasket.durable import sync, write_whole
from onebasket.errors import PrivacyError, SourceError, StoreError
from onebasket.protect import Key, ParquetCipher
from onebasket.shop import Shop, Source
from onebasket.store.digests import Words

FOLDER, _STATE, _OVER = "landed", "state", ".over"
_SEALED_FOR = "landing"
KEPT = "what had landed before is kept; the next run goes on from there"


class Chunk(msgspec.Struct, frozen=True):
    """Rows that landed together."""

    number: int
    rows: int
    size: int  # bytes on disk
    kind: Literal["rows", "ndjson"]
    header: tuple[str, ...]  # what the source calls the columns; of objects the keys
    types: str = ""  # of the columns
    over: int = 0  # how many earlier rows they stand instead of

    @property
    def name(self) -> str:
        return f"{self.number:06d}"


class Load(msgspec.Struct):
    """A load that is not finished."""

    position: str | int | None = None  # of the page that is next
    mark: str | None = None  # the cursor that holds once it is finished
    pages: int = 0
    started: float | None = None  # when the server answered first, in seconds since 1970


class File(msgspec.Struct, frozen=True):
    """A remote file that landed."""

    number: int  # of the file on disk
    version: str  # its size, ETag and time of change, as far as they are told
    digest: str  # of what it says


class State(msgspec.Struct):
    """What landed, and from where the next load goes on."""

    id: str  # of this landing place: another one's chunks are others
    next: int = 1  # number of the next chunk or file
    chunks: list[Chunk] = []
    seen: list[str] = []
    cursor: str | None = None
    load: Load | None = None
    files: dict[str, File] = {}


class NotUniqueError(Exception):
    """Two rows of one answer have one name and say different things. `row` is the place of one of them."""

    def __init__(self, row: int) -> None:
        super().__init__(row)
        self.row = row


class Place:
    """The landing place of one source. Only who holds the basket's lock may write."""

    def __init__(self, shop: Shop, source: Source, key: Key) -> None:
        self._source, self._key, self._cipher = source, key, ParquetCipher(key)
        self.above = shop.folder / FOLDER / source.name
        self.folder = self.above / _settings(source)
        self.state = self._read()
        self._seen: Seen | None = None

    @property
    def secret(self) -> str:
        """Under which rows are named by numbers."""
        return self._key.derive(f"landing {self.state.id}").hex()

    @property
    def seen(self) -> Seen:
        """Which rows landed before."""
        if self._seen is None:
            self._seen = Seen(self.folder, self.state.seen)
        return self._seen

    def fingerprint(self) -> str:
        """Changes when what landed does; not when only the next load begins elsewhere."""
        files = {name: file.number for name, file in self.state.files.items()}
        said = (self.state.id, [chunk.number for chunk in self.state.chunks], files)
        return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()

    def path(self, number: int, ending: str = ".parquet") -> Path:
        """Where a chunk or a file lies."""
        return self.folder / f"{number:06d}{ending}"

    def open(self) -> None:
        """Make the folder, and remove what a crash left in it."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        named = {_STATE, *(f"{name}{ENDING}" for name in self.state.seen)}
        named |= {self.path(file.number, ".sealed").name for file in self.state.files.values()}
        for chunk in self.state.chunks:
            named |= {f"{chunk.name}.parquet", f"{chunk.name}{_OVER}"}
        for path in self.folder.iterdir():
            if path.name not in named:
                path.unlink()

    def save(self) -> None:
        """Acknowledge what landed, with the cursor that belongs to it."""
        if self._seen is not None:
            self.state.seen = self._seen.names
        sealed = self._key.seal(_SEALED_FOR, msgspec.json.encode(self.state).decode())
        write_whole(self.folder / _STATE, sealed.encode(), self.folder / f"{_STATE}.aside")

    def finish(self) -> None:
        """A load is complete: what other settings had fetched is no longer needed."""
        for path in self.above.iterdir():
            if path != self.folder:
                shutil.rmtree(path, ignore_errors=True)
        self.open()

    def land(
        self,
        rows: pa.Table,
        kind: Literal["rows", "ndjson"],
        header: Sequence[str],
        named: Words,
        unique_from: int | None = None,
    ) -> int:
        """Write those rows as a chunk that say something new; `named` are their digests. Gives how many.

        Of several rows of one name the last one counts. With `unique_from`, the number of a chunk, such
        rows are a NotUniqueError if they say different things and none landed before that chunk.
        """
        order = np.lexsort((np.arange(len(named)), named[:, 1], named[:, 0]))
        ranked = named[order]
        again = (ranked[1:, :2] == ranked[:-1, :2]).all(axis=1)
        differ = np.flatnonzero(again & (ranked[1:, 2] != ranked[:-1, 2]))
        if unique_from is not None and len(differ):
            raise NotUniqueError(int(order[differ[0]]))
        latest = np.append(~again, True)[: len(order)]
        order, ranked = order[latest], ranked[latest]
        found = self.seen.find(ranked)
        changed = found.known & ~found.same
        if unique_from is not None:
            chunks, _ = chunk_and_line(found.places)
            if len(twice := np.flatnonzero(changed & (chunks >= unique_from))):
                raise NotUniqueError(int(order[twice[0]]))
        new = ~found.same
        if not new.any():
            return 0
        taken = np.sort(order[new])
        number = self.state.next
        places = place_of(number, np.searchsorted(taken, order) + 1)
        size = self._write(number, rows.take(pa.array(taken)))
        self.seen.add(f"{number:06d}", ranked[new], places[new])
        if changed.any():
            over = np.vstack([found.places[changed], places[changed]])
            write_whole(self.path(number, _OVER), over.tobytes(), self.path(number, ".aside"))
        types = ", ".join(map(str, rows.schema.types))
        chunk = Chunk(number, len(taken), size, kind, tuple(header), types, int(changed.sum()))
        self.state.chunks.append(chunk)
        self.state.next = number + 1
        return len(taken)

    def read(self, chunk: Chunk) -> pa.Table:
        """The rows of a chunk. Raises StoreError for a damaged one."""
        path = self.path(chunk.number)
        try:
            return pq.ParquetFile(path, decryption_properties=self._cipher.decryption()).read()
        except (OSError, pa.ArrowException) as error:
            raise self._damaged(path, type(error).__name__) from error

    def superseded(self) -> tuple[Words, Words]:
        """The places of all rows that a later one stands instead of, in order, and of those later ones."""
        read = [
            np.frombuffer(self.path(chunk.number, _OVER).read_bytes(), "<u8").reshape(2, -1)
            for chunk in self.state.chunks
            if chunk.over
        ]
        whole = np.concatenate([np.zeros((2, 0), np.uint64), *read], axis=1)
        order = np.argsort(whole[0], kind="stable")
        return whole[0, order], whole[1, order]

    def _write(self, number: int, rows: pa.Table) -> int:
        path = self.path(number)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "wb") as file:
            pq.write_table(rows, file, compression="zstd", encryption_properties=self._cipher.encryption())
            file.flush()
            os.fsync(file.fileno())
        sync(self.folder)
        return path.stat().st_size

    def _read(self) -> State:
        path = self.folder / _STATE
        if not path.exists():
            return State(secrets.token_hex(8))
        try:
            return msgspec.json.decode(self._key.unseal(_SEALED_FOR, path.read_text()), type=State)
        except (PrivacyError, OSError, ValueError) as error:
            raise self._damaged(path, type(error).__name__) from error

    def _damaged(self, path: Path, found: str) -> StoreError:
        return StoreError(
            f"Source {self._source.name}: what had landed cannot be read.",
            found=f"{path}: {found}",
            expected="files as they were written, and the shop's right key",
            state="nothing was published",
            next_step=f"delete {self.above}, then run again: all of the source is fetched anew",
        )


def _settings(source: Source) -> str:
    """Names what decides which rows come: with other settings all of them are fetched anew."""
    api: dict[str, Any] = msgspec.to_builtins(source.api) if source.api else {}
    for name in ("timeout_seconds", "most_pages", "per_page"):
        api.pop(name, None)
    if source.remote:
        return "files"
    said = [
        source.url and public_url(source.url),
        source.query,
        source.table,
        source.cursor,
        source.keys,
        api,
    ]
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()[:16]


def not_unique(source: Source) -> SourceError:
    """The error for a key that names several rows."""
    return SourceError(
        f"Source {source.name}: its key does not name one row.",
        found=f"two rows of one answer that share {', '.join(source.keys)} and say different things",
        expected="a key that is another one in every row",
        state=KEPT,
        next_step="add the columns to key in the shop file that tell the rows apart",
    )
