"""Files in object stores and on web servers: those that changed are fetched, sealed, and read like others.

HTTP is spoken by `web`, everything else by fsspec; S3, Google's and Azure's stores by Arrow's own clients.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import IO, Any
from urllib.parse import urlsplit

import pyarrow as pa

from onebasket.accounting import Progress
from onebasket.collect.databases import public_url
from onebasket.collect.landing.place import KEPT, File, Place
from onebasket.collect.landing.web import StoppedError, Web
from onebasket.collect.layout import Format
from onebasket.collect.opening import open_file
from onebasket.errors import MissingExtraError, SourceError
from onebasket.protect import Key
from onebasket.protect.sealed import SealedPath, SealedWriter
from onebasket.protect.secrets import Secrets
from onebasket.shop import Shop, Source
from onebasket.store.reading import RawFile

SEALED = ".sealed"
_PIECE_BYTES = 1 << 20
_TIMEOUT_SECONDS = 60
_BY_ARROW = {"s3": "s3", "gs": "gs", "gcs": "gs", "abfs": "abfs", "abfss": "abfss"}
_TO_AND_FRO = (b"PAR1", b"PK\x03\x04", b"\xd0\xcf\x11\xe0")  # how Parquet and workbooks begin
_WEB = ("http://", "https://")


def fetch(shop: Shop, source: Source, place: Place, key: Key, progress: Progress) -> None:
    """Fetch the files of a source that changed since, and forget those that are gone.

    A file that was fetched whole is kept if a later one fails. Raises SourceError; MissingExtraError where
    a part that reads such paths is not installed.
    """
    secrets = Secrets(shop.folder)
    found: set[str] = set()
    for pattern in source.paths:
        fetched = _from_web if pattern.startswith(_WEB) else _from_store
        for name in fetched(source, pattern, place, key, secrets):
            found.add(name)
            progress(f"fetch {source.name}", len(found), 0)
    gone = set(place.state.files) - found
    if gone:
        for name in gone:
            del place.state.files[name]
        place.save()


def landed(place: Place, key: Key) -> list[tuple[str, SealedPath]]:
    """The files that landed, by name, in the order of their names."""
    return [
        (name, SealedPath(place.path(file.number, SEALED), key))
        for name, file in sorted(place.state.files.items())
    ]


def _from_web(source: Source, url: str, place: Place, key: Key, secrets: Secrets) -> Iterator[str]:
    """The one file at an address; the server says whether it is another one than before."""
    query = urlsplit(url).query
    name = public_url(url) + (f"?{query}" if query else "")
    whole = secrets.fill_url(url)
    headers = {each: secrets.fill(value) for each, value in source.headers.items()}
    before = place.state.files.get(name)
    with contextlib.closing(Web(whole, headers, _TIMEOUT_SECONDS)) as web:
        etag, _, changed = before.version.partition("\n") if before else ("", "", "")
        asked = {"If-None-Match": etag, "If-Modified-Since": changed}
        asked = {each: value for each, value in asked.items() if value}
        try:
            with _landing(place, key) as (file, number):
                answer = web.save(whole, file, asked)
                if answer.status == 304:
                    yield name
                    return
            version = f"{answer.headers.get('etag', '')}\n{answer.headers.get('last-modified', '')}"
        except StoppedError as error:
            error.found = secrets.hide(error.found)
            raise error.of(source.name, name, KEPT) from None
    _keep(place, name, number, version, key)
    yield name


def _from_store(source: Source, pattern: str, place: Place, key: Key, secrets: Secrets) -> Iterator[str]:
    """The files that a pattern finds; those of the size, ETag and time of change that are known stay."""
    protocol = pattern.partition("://")[0]
    count = 0
    try:
        files, path = _system(secrets.fill(pattern), source)
        listed: dict[str, dict[str, Any]] = files.glob(path, detail=True)
        for at, told in sorted(listed.items()):
            if told.get("type") != "file":
                continue
            count += 1
            name = f"{protocol}://{at.lstrip('/')}"
            marks = (told.get("size"), told.get("ETag"), told.get("mtime") or told.get("LastModified"))
            version = "\n".join(str(mark) for mark in (*marks, told.get("created", "")))
            before = place.state.files.get(name)
            if before is None or before.version != version:
                with _landing(place, key) as (file, number), files.open(at, "rb") as opened:
                    while piece := opened.read(_PIECE_BYTES):
                        file.write(piece)
                _keep(place, name, number, version, key)
            yield name
    except ImportError as error:
        raise MissingExtraError(f"Source {source.name}: reading {protocol}:// paths", "remote") from error
    except (OSError, ValueError, pa.ArrowException) as error:
        raise _unread(source, pattern, secrets.hide(next(iter(str(error).splitlines()), ""))) from None
    if not count:
        raise _unread(source, pattern, "no file")


def _system(url: str, source: Source) -> tuple[Any, str]:
    """The file system of a URL, as fsspec has them, and the path in it."""
    protocol, _, rest = url.partition("://")
    if protocol in _BY_ARROW:
        from fsspec.implementations.arrow import ArrowFSWrapper
        from pyarrow.fs import FileSystem

        bucket, slash, path = rest.partition("?")[0].partition("/")
        options = f"?{rest.partition('?')[2]}" if "?" in rest else ""
        system, _ = FileSystem.from_uri(f"{_BY_ARROW[protocol]}://{bucket}{options}")
        return ArrowFSWrapper(system), f"{bucket}{slash}{path}"
    from fsspec.core import url_to_fs

    system, path = url_to_fs(url)
    return system, path


@contextlib.contextmanager
def _landing(place: Place, key: Key) -> Iterator[tuple[SealedWriter, int]]:
    """A new file to be written, with its number."""
    number = place.state.next
    with contextlib.closing(SealedWriter(place.path(number, SEALED), key)) as file:
        yield file, number


def _keep(place: Place, name: str, number: int, version: str, key: Key) -> None:
    """Take over a file that was fetched whole. One that says the same as before stays the one before."""
    said = _digest(SealedPath(place.path(number, SEALED), key))
    before = place.state.files.get(name)
    if before is not None and before.digest == said:
        place.state.files[name] = File(before.number, version, said)
    else:
        place.state.files[name] = File(number, version, said)
        place.state.next = number + 1
    place.save()


def _digest(path: SealedPath) -> str:
    digest = hashlib.sha256()
    with path.open() as file:
        while piece := file.read(_PIECE_BYTES):
            digest.update(piece)
    return digest.hexdigest()


def open_landed(
    path: SealedPath, name: str, source: Source, format_: Format, stack: contextlib.ExitStack
) -> RawFile:
    """Look a file through that landed, as `open_file` does; `stack` closes what it needs."""
    with path.open() as file:
        head = file.read(4)
    if head in _TO_AND_FRO:
        return open_file(stack.enter_context(_in_memory(path)), name, source, format_)
    return replace(open_file(path, name, source, format_), plain=False)


@contextlib.contextmanager
def _in_memory(path: Path) -> Iterator[Path]:
    """What was sealed as a file in memory, for readers that need a path and go to and fro in it."""
    handle = os.memfd_create("onebasket")
    with os.fdopen(handle, "wb", closefd=False) as copy, path.open("rb") as file:
        _copy(file, copy)
    try:
        yield Path(f"/proc/self/fd/{handle}")
    finally:
        os.close(handle)


def _copy(file: IO[bytes], copy: IO[bytes]) -> None:
    while piece := file.read(_PIECE_BYTES):
        copy.write(piece)


def _unread(source: Source, pattern: str, found: str) -> SourceError:
    return SourceError(
        f"Source {source.name}: {pattern.partition('?')[0]} cannot be fetched.",
        found=found,
        expected="at least one file that may be read",
        state=KEPT,
        next_step="check path in the shop file, and the access that the store asks for",
    )
