"""Files of any kind, encrypted block by block: they are read from any place without being unpacked.

A file has a name of 16 random bytes, from which its own key is derived; then blocks (AES-256-GCM), each
bound to its place and to whether it is the last one: nothing can be changed, moved or cut off unseen.
"""

from __future__ import annotations

import io
import os
import secrets
import sys
from pathlib import Path, PosixPath
from typing import IO, Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from onebasket.errors import StoreError
from onebasket.protect.keys import Key

_NAME, _TAG, _BLOCK = 16, 16, 1 << 20


class SealedWriter(io.RawIOBase):
    """Writes a file. It can be begun anew (`seek(0)`, `truncate()`), and nothing else."""

    def __init__(self, path: Path, key: Key) -> None:
        super().__init__()
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        self._file, self._key = os.fdopen(handle, "wb"), key
        self._begin()

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        """Take further bytes."""
        self._held += data
        self._size += len(data)
        while len(self._held) > _BLOCK:
            self._put(bytes(self._held[:_BLOCK]), last=False)
            del self._held[:_BLOCK]
        return len(data)

    def tell(self) -> int:
        return self._size

    def seek(self, offset: int, whence: int = 0) -> int:
        """Only to the start; all is forgotten then."""
        if offset or whence:
            raise io.UnsupportedOperation("a sealed file can only be begun anew")
        self._file.seek(0)
        self._begin()
        return 0

    def truncate(self, size: int | None = None) -> int:
        """Of no effect: `seek` has done it."""
        return self._size

    def close(self) -> None:
        """Write the last block, and wait until all is on disk."""
        if self.closed:
            return
        self._put(bytes(self._held), last=True)
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()
        super().close()

    def _begin(self) -> None:
        self._file.truncate()
        name = secrets.token_bytes(_NAME)
        self._file.write(name)
        self._cipher = _cipher(self._key, name)
        self._held, self._size, self._blocks = bytearray(), 0, 0

    def _put(self, block: bytes, *, last: bool) -> None:
        self._file.write(self._cipher.encrypt(_nonce(self._blocks), block, b"last" if last else b"more"))
        self._blocks += 1


class _Reader(io.RawIOBase):
    """Reads what `SealedWriter` wrote."""

    def __init__(self, path: Path, key: Key) -> None:
        super().__init__()
        self._path, self._file = path, open(path, "rb")  # noqa: PTH123, SIM115
        size = os.fstat(self._file.fileno()).st_size - _NAME
        self._blocks = -(-size // (_BLOCK + _TAG))
        self._size = size - self._blocks * _TAG
        self._cipher = _cipher(key, self._file.read(_NAME))
        self._at, self._block, self._held = 0, -1, b""

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = 0) -> int:
        self._at = offset + (0, self._at, self._size)[whence]
        return self._at

    def tell(self) -> int:
        return self._at

    def readinto(self, buffer: Any) -> int:
        if self._at >= self._size:
            self._load(self._blocks - 1)  # whoever comes to the end has seen that it is the end
            return 0
        self._load(self._at // _BLOCK)
        start = self._at % _BLOCK
        piece = self._held[start : start + len(buffer)]
        buffer[: len(piece)] = piece
        self._at += len(piece)
        return len(piece)

    def close(self) -> None:
        self._file.close()
        super().close()

    def _load(self, block: int) -> None:
        if block == self._block:
            return
        self._file.seek(_NAME + block * (_BLOCK + _TAG))
        sealed = self._file.read(_BLOCK + _TAG)
        last = b"last" if block == self._blocks - 1 else b"more"
        try:
            self._held = self._cipher.decrypt(_nonce(block), sealed, last)
        except (InvalidTag, ValueError, OverflowError) as error:
            raise StoreError(
                f"The file {self._path} cannot be decrypted.",
                found="another key, or changed bytes",
                expected="the file as it was written, and the shop's right key",
                next_step="put the right key back, or delete the file's folder and run again",
            ) from error
        self._block = block


class SealedPath(PosixPath):
    """The path of a sealed file: what opens it reads what was sealed."""

    key: Key

    def __new__(cls, path: Path, key: Key) -> SealedPath:
        made = super().__new__(cls, path)
        made.key = key
        return made

    def __init__(self, path: Path, key: Key) -> None:
        if sys.version_info >= (3, 12):
            super().__init__(path)

    def open(self, mode: str = "rb", *_: Any, **__: Any) -> IO[Any]:  # type: ignore[override]
        """What was sealed, to be read."""
        return io.BufferedReader(_Reader(self, self.key), _BLOCK)


def _cipher(key: Key, name: bytes) -> AESGCM:
    return AESGCM(key.derive(f"file {name.hex()}"))


def _nonce(block: int) -> bytes:
    return block.to_bytes(12, "big")
