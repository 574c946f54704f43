"""Files in object stores and on web servers: fetched once, sealed, read like others."""

from __future__ import annotations

import gzip
import io
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import fsspec
import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from onebasket.collect.landing import web
from onebasket.errors import MissingExtraError, SourceError, StoreError
from onebasket.protect import load_or_make
from onebasket.protect.sealed import SealedPath, SealedWriter
from onebasket.run import run
from tests.servers.web import Reply, Request, Server, serving
from tests.servers.worlds import ask

SHOP = """
[shop]
name = "Corner"
currency = "EUR"

[[source]]
name = "feed"
channel = "web"
format = "table"
path = {path}
{more}

[source.people]
email = "mail"

[source.products]
product_key = "sku"
title = "title"
"""
HEADER = ("sku", "mail", "title")


def rows(*numbers: int) -> list[tuple[str, str, str]]:
    return [(f"S{n}", f"p{n}@example.org", f"Thing, {n}") for n in numbers]


def as_csv(*numbers: int) -> bytes:
    lines = [",".join(HEADER), *(f'{sku},{mail},"{title}"' for sku, mail, title in rows(*numbers))]
    return "\n".join(lines).encode()


def as_parquet(*numbers: int) -> bytes:
    file = io.BytesIO()
    columns = dict(zip(HEADER, map(list, zip(*rows(*numbers), strict=True)), strict=True))
    pq.write_table(pa.table(columns), file)
    return file.getvalue()


def as_sheet(*numbers: int) -> bytes:
    book, file = openpyxl.Workbook(), io.BytesIO()
    for row in (HEADER, *rows(*numbers)):
        book.active.append(row)
    book.save(file)
    return file.getvalue()


class World:
    """A shop whose files lie elsewhere."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def write(self, path: str, more: str = "") -> None:
        self.folder.mkdir(exist_ok=True)
        (self.folder / "shop.toml").write_text(SHOP.format(path=path, more=more))

    def collect(self) -> bool:
        return run(self.folder, until="collect").published

    def keys(self) -> list[int]:
        return sorted(int(sku[1:]) for (sku,) in ask(self.folder, "select product_key from raw_products"))


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path / "shop")


@pytest.fixture
def memory() -> Iterator[Any]:
    """An object store in memory."""
    store = fsspec.filesystem("memory")
    yield store
    store.rm("/", recursive=True) if store.ls("/") else None


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.setattr(web, "wait", lambda seconds: None)
    with serving() as found:
        yield found


def test_files_that_changed_are_fetched_again(
    world: World, memory: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []
    plain = type(memory).open
    monkeypatch.setattr(
        type(memory), "open", lambda self, path, *a, **k: (opened.append(path), plain(self, path, *a, **k))[1]
    )
    memory.pipe({"/b/x/1.csv": as_csv(1, 2), "/b/x/2.csv": as_csv(3)})
    opened.clear()
    world.write('"memory://b/x/*.csv"')
    assert world.collect() and world.keys() == [1, 2, 3] and opened == ["/b/x/1.csv", "/b/x/2.csv"]
    assert not world.collect() and len(opened) == 2
    memory.pipe({"/b/x/2.csv": as_csv(3, 4), "/b/x/3.csv": as_csv(5)})
    opened.clear()
    assert world.collect() and world.keys() == [1, 2, 3, 4, 5] and opened == ["/b/x/2.csv", "/b/x/3.csv"]
    memory.rm("/b/x/1.csv")
    assert world.collect() and world.keys() == [3, 4, 5]
    files = sorted(name for (name,) in ask(world.folder, "select file from files"))
    assert files == ["memory://b/x/2.csv", "memory://b/x/3.csv"]
    assert len(list((world.folder / "landed").rglob("*.sealed"))) == 2


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("f.csv", as_csv(1, 2, 3)),
        ("f.csv.gz", gzip.compress(as_csv(1, 2, 3))),
        ("f.parquet", as_parquet(1, 2, 3)),
        ("f.xlsx", as_sheet(1, 2, 3)),
        ("f.ndjson", b'{"sku": "S1", "mail": "a@b.de", "title": "x"}\n{"sku": "S2"}\n{"sku": "S3"}\n'),
        ("f.json", b'[{"sku": "S1", "mail": "a@b.de", "title": "x"}, {"sku": "S2"}, {"sku": "S3"}]'),
    ],
    ids=("csv", "gzip", "parquet", "xlsx", "ndjson", "json"),
)
def test_files_of_every_kind(world: World, memory: Any, name: str, content: bytes) -> None:
    memory.pipe(f"/b/{name}", content)
    world.write('"memory://b/*"')
    assert world.collect() and world.keys() == [1, 2, 3]
    for path in world.folder.rglob("*.sealed"):
        assert b"example.org" not in path.read_bytes() and path.stat().st_mode & 0o077 == 0


def test_a_folder_as_a_url(world: World, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.csv").write_bytes(as_csv(1))
    world.write(f'["file://{tmp_path}/in/*.csv"]')
    assert world.collect() and world.keys() == [1]


def test_a_large_file_is_not_unpacked_on_disk(world: World, memory: Any) -> None:
    numbers = range(1, 60_001)
    memory.pipe("/b/large.csv", as_csv(*numbers))
    world.write('"memory://b/large.csv"')
    assert world.collect() and world.keys() == list(numbers)


def test_a_web_server_says_what_is_new(world: World, server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    content = {"etag": '"1"', "body": as_csv(1, 2)}

    def answer(request: Request) -> Reply:
        if request.headers.get("if-none-match") == content["etag"]:
            return Reply(status=304)
        return Reply(content["body"], headers={"ETag": content["etag"]})  # type: ignore[arg-type,dict-item]

    server.answer = answer
    monkeypatch.setenv("FEED_TOKEN", "s3cret")
    more = 'headers = { Authorization = "Bearer ${FEED_TOKEN}" }'
    world.write(f'"{server.url}/feed.csv?list=all"', more)
    assert world.collect() and world.keys() == [1, 2] and not world.collect()
    assert server.requests[0].headers["authorization"] == "Bearer s3cret"
    content.update(etag='"2"')
    assert not world.collect()  # another name, the same bytes
    content.update(etag='"3"', body=as_csv(1, 2, 3))
    assert world.collect() and world.keys() == [1, 2, 3]
    (name,) = ask(world.folder, "select file from files")
    assert name == (f"{server.url}/feed.csv?list=all",)
    for path in world.folder.rglob("*"):
        assert not path.is_file() or b"s3cret" not in path.read_bytes()


def test_a_download_that_is_cut_off_goes_on(world: World, server: Server) -> None:
    whole = as_csv(*range(1, 2001))
    asked: list[str] = []

    def answer(request: Request) -> Reply:
        part = request.headers.get("range", "")
        asked.append(part)
        start = int(part.removeprefix("bytes=").rstrip("-") or 0)
        cut = 10_000 if len(asked) < 4 else None
        headers = {"ETag": '"1"', "Content-Range": f"bytes {start}-{len(whole) - 1}/{len(whole)}"}
        return Reply(whole[start:], 206 if part else 200, headers, cut=cut)

    server.answer = answer
    world.write(f'"{server.url}/feed.csv"')
    assert world.collect() and world.keys() == list(range(1, 2001))
    assert asked == ["", "bytes=10000-", "bytes=20000-", "bytes=30000-"]


def test_headers_go_to_no_other_server(world: World, server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FEED_TOKEN", "s3cret")
    with serving() as other:
        other.answer = lambda request: Reply(as_csv(1))
        server.answer = lambda request: Reply(status=302, headers={"Location": f"{other.url}/there.csv"})
        world.write(f'"{server.url}/feed.csv"', 'headers = { Authorization = "Bearer ${FEED_TOKEN}" }')
        assert world.collect() and world.keys() == [1]
        assert "authorization" not in other.requests[0].headers


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("memory://nowhere/*.csv", "no file"),
        ("nosuch://b/x", "nosuch"),
        ("http://127.0.0.1:1/x.csv", "6 times"),
        ("s3://bucket/x.csv?endpoint_override=127.0.0.1:1&scheme=http&region=x", "s3://bucket/x.csv"),
    ],
)
def test_what_cannot_be_fetched(
    world: World, path: str, found: str, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "k")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "s3cret")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    world.write(f'"{path}"')
    with pytest.raises(SourceError, match="cannot be fetched") as error:
        world.collect()
    assert found in str(error.value) and "s3cret" not in str(error.value)


def test_remote_files_need_their_extra(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "fsspec.core", None)
    world.write('"memory://b/*.csv"')
    with pytest.raises(MissingExtraError, match="remote"):
        world.collect()


@pytest.mark.parametrize("size", [0, 1, (1 << 20) - 1, 1 << 20, (1 << 20) + 1, 3 << 20])
def test_sealed_files(tmp_path: Path, size: int) -> None:
    key = load_or_make(tmp_path, None)
    whole = (b"0123456789abcdef" * (size // 16 + 1))[:size]
    plain = tmp_path / "f"
    path = SealedPath(plain, key)
    with SealedWriter(path, key) as file:
        file.write(b"begun anew")
        file.seek(0)
        file.truncate()
        for start in range(0, size, 300_000):
            file.write(whole[start : start + 300_000])
        assert file.tell() == size
    with path.open() as opened:
        assert opened.read() == whole
        opened.seek(size // 2)
        assert opened.read(100) == whole[size // 2 :][:100]
    raw = bytearray(plain.read_bytes())
    raw[-1] ^= 1
    plain.write_bytes(raw)
    with pytest.raises(StoreError, match="cannot be decrypted"), path.open() as opened:
        opened.read()
    if size > 2 << 20:
        plain.write_bytes(plain.read_bytes()[: -(1 << 20) - 16])
        with pytest.raises(StoreError, match="cannot be decrypted"), path.open() as opened:
            opened.read()
