"""Vectors of texts on disk, by the content of the texts.

A folder of files, each whole or not there: a line of JSON, then the keys and the vectors of some texts.
Files are written aside and renamed, so that a reader or a kill at any moment sees none of a half; a file
that is not what was written is deleted, and what it held is made again.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Sequence
from pathlib import Path

import msgspec
import numpy as np
import numpy.typing as npt

from onebasket.durable import alive, write_whole
from onebasket.errors import ModelError
from onebasket.text.encoder import Floats

_KEY = 16  # bytes
_SMALL = 1_024  # a file with fewer vectors is small,
_MANY_SMALL = 16  # and so many small files are made one
_SUFFIX = ".vectors"

_Held = tuple[list[bytes], Floats]  # keys, and the vector of each
_NOTHING: _Held = ([], np.zeros((0, 0), np.float32))


class _Head(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    of: str  # the encoder
    width: int
    count: int
    sha256: str  # of all that follows


class VectorCache:
    """Vectors (float32) that an encoder made, kept in a folder of at most `most_bytes`.

    When it is full, the files that were used least lately go first. Several processes may use a folder at
    once. Raises ModelError where the folder cannot be written.
    """

    def __init__(self, folder: Path, most_bytes: int = 1 << 30) -> None:
        self.folder, self.most_bytes = folder, most_bytes

    def read(self, of: str, width: int, texts: Sequence[str]) -> tuple[Floats, npt.NDArray[np.bool_]]:
        """Vectors (texts, width) that an encoder made of different texts, nought where unknown; and which
        are known, (texts,)."""
        wanted = {key_of(text): place for place, text in enumerate(texts)}
        vectors, known = np.zeros((len(texts), width), np.float32), np.zeros(len(texts), np.bool_)
        for path in self._files(of) if texts else ():
            if known.all():
                break
            keys, rows = _load(path, of, width) or _NOTHING
            hits = [(wanted[key], row) for row, key in enumerate(keys) if key in wanted]
            if hits:
                places, found = np.array(hits).T
                vectors[places], known[places] = rows[found], True
                _touch(path)
        return vectors, known

    def write(self, of: str, texts: Sequence[str], vectors: Floats) -> None:
        """Keep the vectors of some texts."""
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._store(of, [key_of(text) for text in texts], vectors)
            self._merge_small(of, vectors.shape[1])
            self._make_room()
        except OSError as error:
            raise ModelError(
                f"Vectors of texts cannot be kept in {self.folder}.",
                found=str(error.strerror),
                next_step="free some space or mend the permissions, then run again",
            ) from error

    def _store(self, of: str, keys: Sequence[bytes], vectors: Floats) -> Path:
        data = b"".join(keys) + np.ascontiguousarray(vectors, np.float32).tobytes()
        digest = hashlib.sha256(data).hexdigest()
        head = msgspec.json.encode(_Head(of, vectors.shape[1], len(vectors), digest))
        path = self.folder / f"{_prefix(of)}-{digest[:24]}{_SUFFIX}"
        write_whole(path, head + b"\n" + data, path.with_suffix(f".part{os.getpid()}"))
        return path

    def _merge_small(self, of: str, width: int) -> None:
        """Make one of many small files; each is deleted only once the whole is there."""
        small = [path for path in self._files(of) if _size(path) < _SMALL * width * 4]
        if len(small) < _MANY_SMALL:
            return
        held = [(path, each) for path in small if (each := _load(path, of, width)) is not None]
        if len(held) > 1:
            rows = {key: row for _, (keys, vectors) in held for key, row in zip(keys, vectors, strict=True)}
            whole = self._store(of, list(rows), np.array(list(rows.values())))
            for path, _ in held:
                if path != whole:
                    path.unlink(missing_ok=True)

    def _make_room(self) -> None:
        """Delete what was used least lately, and what a killed process left aside."""
        for part in self.folder.glob("*.part*"):
            process = part.suffix.removeprefix(".part")
            if process.isdecimal() and not alive(int(process)):
                part.unlink(missing_ok=True)
        files = sorted((_used(path), path.name, _size(path)) for path in self.folder.glob(f"*{_SUFFIX}"))
        held = sum(size for _, _, size in files)
        for _, name, size in files:
            if held <= self.most_bytes:
                break
            (self.folder / name).unlink(missing_ok=True)
            held -= size

    def _files(self, of: str) -> list[Path]:
        return sorted(self.folder.glob(f"{_prefix(of)}-*{_SUFFIX}"))


def key_of(text: str) -> bytes:
    """A text's digest."""
    return hashlib.blake2b(text.encode(), digest_size=_KEY).digest()


def _prefix(of: str) -> str:
    return hashlib.sha256(of.encode()).hexdigest()[:8]


def _load(path: Path, of: str, width: int) -> _Held | None:
    """What a file holds; None where it is gone, damaged (then it is deleted) or another encoder's."""
    try:
        first, _, data = path.read_bytes().partition(b"\n")
    except OSError:
        return None
    try:
        head = msgspec.json.decode(first, type=_Head)
    except msgspec.MsgspecError:
        _drop(path)
        return None
    if (head.of, head.width) != (of, width):
        return None
    whole = len(data) == head.count * (_KEY + 4 * width)
    if not whole or hashlib.sha256(data).hexdigest() != head.sha256:
        _drop(path)
        return None
    keys = [data[start : start + _KEY] for start in range(0, head.count * _KEY, _KEY)]
    rows = np.frombuffer(data, np.float32, offset=head.count * _KEY).reshape(head.count, width)
    return keys, rows


def _drop(path: Path) -> None:
    """Delete a damaged file, where that is allowed; it is never read as if it were whole."""
    with contextlib.suppress(OSError):
        path.unlink()


def _touch(path: Path) -> None:
    with contextlib.suppress(OSError):  # another process has just deleted it
        os.utime(path)


def _used(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        return 0.0


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0
