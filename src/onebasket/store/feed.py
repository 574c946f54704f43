"""Bytes of a file on their way to the engine: unpacked, decoded, line ends made equal.

What an engine cannot read as it is goes through a named pipe in a private folder, so that
nothing unpacked or decoded is ever left on disk.
"""

from __future__ import annotations

import codecs
import contextlib
import gzip
import io
import os
import tempfile
import threading
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path

from onebasket.errors import OneBasketError, SourceError
from onebasket.store.reading import RawFile, is_wide

CHUNK_BYTES = 4 << 20
_DAMAGED = (EOFError, zlib.error, gzip.BadGzipFile)


@contextlib.contextmanager
def opened(path: Path, packed: bool) -> Iterator[io.BufferedIOBase]:
    """The file's bytes, unpacked. Raises SourceError when they cannot be read."""
    try:
        with path.open("rb") as raw, gzip.GzipFile(fileobj=raw) if packed else raw as file:
            yield file
    except _DAMAGED as error:
        raise SourceError(
            f"The file {path} is damaged.",
            found=f"broken gzip data: {error}",
            state="nothing was published",
            next_step="export it again, or take it out of the source's path",
        ) from error
    except OSError as error:
        raise SourceError(
            f"The file {path} cannot be read.",
            found=error.strerror or str(error),
            state="nothing was published",
            next_step="mend its permissions, or take it out of the source's path",
        ) from error


def whole_lines(path: Path, packed: bool, encoding: str, newline: bytes = b"\n") -> Iterator[bytes]:
    """The file in pieces that end at a line end, but for the last. Wide encodings come as UTF-8."""
    decode = codecs.getincrementaldecoder(encoding)("backslashreplace").decode if is_wide(encoding) else None
    rest = b""
    with opened(path, packed) as file:
        while piece := file.read(CHUNK_BYTES):
            piece = decode(piece).encode() if decode else piece
            end = piece.rfind(newline) + 1
            if not end:
                rest += piece
                continue
            yield rest + piece[:end]
            rest = piece[end:]
    if decode:
        rest += decode(b"", True).encode()
    if rest:
        yield rest


def lines_of(file: RawFile, newline: bytes = b"\n") -> Iterator[bytes]:
    """All that a file holds, in pieces that end at a line end, but for the last."""
    return file.pieces() if file.pieces else whole_lines(file.path, file.gzip, file.encoding, newline)


def readable(file: RawFile) -> Iterator[bytes]:
    """The file from its first record on, in UTF-8 with one kind of line end.

    Bytes that the encoding does not have come as `\\x..`.
    """
    newline = b"\r" if file.line_ends == "cr" else b"\n"
    encoding = "utf-8" if is_wide(file.encoding) else file.encoding
    skip = file.lines.first - 1
    started = False
    for piece in lines_of(file, newline):
        if started and not skip and encoding == "utf-8" and file.line_ends == "as_is" and _is_utf8(piece):
            yield piece
            continue
        text = piece.decode(encoding, "backslashreplace")
        if not started:
            text, started = text.removeprefix("\ufeff"), True
        if file.line_ends == "cr":
            text = text.replace("\r", "\n")
        elif file.line_ends == "mixed":
            text = text.replace("\r\n", "\n").replace("\r", " ")
        while skip and text:
            text, skip = text.partition("\n")[2], skip - 1
        yield text.encode("utf-8", "backslashreplace")


def _is_utf8(piece: bytes) -> bool:
    try:
        piece.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


@contextlib.contextmanager
def pipe(pieces: Iterable[bytes], name: str = "records") -> Iterator[Path]:
    """A named pipe that pieces are written into, once, by a thread. Raises what that thread raised."""
    failures: list[Exception] = []
    with tempfile.TemporaryDirectory(prefix="onebasket-") as folder:
        path = Path(folder) / name
        os.mkfifo(path, 0o600)

        def write() -> None:
            try:
                with path.open("wb", buffering=0) as out:
                    for piece in pieces:
                        view = memoryview(piece)
                        while view:
                            view = view[out.write(view) :]
            except BrokenPipeError:
                pass  # the reader has seen enough, or has failed and says so itself
            except (OneBasketError, UnicodeError) as error:
                failures.append(error)

        writer = threading.Thread(target=write, daemon=True)
        writer.start()
        try:
            yield path
        finally:
            while writer.is_alive():  # a writer nobody reads from waits in open or write
                with contextlib.suppress(OSError):
                    os.close(os.open(path, os.O_RDONLY | os.O_NONBLOCK))
                writer.join(0.01)
        if failures:
            raise failures[0]


def texts(file: RawFile, wanted: Iterable[tuple[int, int]]) -> Iterator[tuple[int, bytes]]:
    """The bytes of records, given by first line and number of lines in ascending order."""
    newline = b"\r" if file.line_ends == "cr" else b"\n"
    waiting = iter(wanted)
    record = next(waiting, None)
    held: list[bytes] = []
    number = 0
    for piece in lines_of(file, newline):
        if record is None:
            return
        count = piece.count(newline) + (not piece.endswith(newline))
        if record[0] > number + count:
            number += count
            continue
        for line in piece.split(newline)[:count]:
            number += 1
            if record is None or number < record[0]:
                continue
            held.append(line)
            if number == sum(record) - 1:
                yield record[0], newline.join(held).removeprefix(codecs.BOM_UTF8).rstrip(b"\r")
                record, held = next(waiting, None), []
