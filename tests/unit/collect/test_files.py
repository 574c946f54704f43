"""Files that are not there, empty, damaged; many files; and what tells whether they changed."""

from __future__ import annotations

import gzip
import hashlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from onebasket.collect import fingerprint
from onebasket.errors import SourceError
from onebasket.protect import load_or_make
from onebasket.store.duckdb_read import PERSONAL


def test_no_file(read: Any) -> None:
    with pytest.raises(SourceError) as error:
        read({"f.txt": "a,b,c\n"}, path="in/*.csv")
    assert "in/*.csv" in str(error.value)


def test_one_of_two_patterns_without_a_file(read: Any) -> None:
    with pytest.raises(SourceError, match=r"no file is there"):
        read({"f.csv": "a,b,c\n"}, path=["in/f.csv", "in/g.csv"])


@pytest.mark.parametrize("content", [b"", b" \n\n", gzip.compress(b"")], ids=["nothing", "blanks", "packed"])
def test_empty_file(read: Any, content: bytes) -> None:
    with pytest.raises(SourceError, match=r"in/f\.csv") as error:
        read({"f.csv": content})
    assert "empty" in str(error.value)


def test_header_only(read: Any) -> None:
    world = read({"f.csv": "a,b,c\n"})
    assert world.accounts[0].rows_in == 0
    assert world.rows("files", "rows", "rejected") == [(0, 0)]


def test_damaged_archive(read: Any) -> None:
    with pytest.raises(SourceError, match=r"damaged"):
        read({"f.csv.gz": gzip.compress(os.urandom(3_000_000))[:-2_000_000]})


def test_broken_array_names_the_file_and_no_value(read: Any) -> None:
    with pytest.raises(SourceError, match=r"in/f\.json") as error:
        read({"f.json": '[{"a":"a secret"},{"a": secret'}, products={"title": "a"})
    assert "secret" not in str(error.value)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_no_permission(read: Any, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "f.csv").touch(mode=0o000)
    with pytest.raises(SourceError, match=r"f\.csv"):
        read({})


def test_many_files_in_several_batches(read: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("onebasket.collect.stage._BATCH_BYTES", 60)
    files: dict[str, bytes] = {f"{n}.csv": f"a,b,c\n{n},x,y\n\n{n}1,x,y\n".encode() for n in range(5)}
    files["5.csv.gz"] = gzip.compress(b"a,b,c\n5,x,y\n\n51,x,y\n")
    files["6.csv"] = b"c,b,a\n\ny,x,6\ny,x,61\n"
    files["7.csv"] = b"a,b,c\n7,caf\xe9,y\n7,x,y\n8\n71,x,y\n"
    world = read(files)
    found = sorted(world.rows("raw_products", "file", "line", "title"))
    expected = [
        (f"in/{n}.csv{'.gz' * (n == 5)}", line, f"{n}{'1' * (line == 4)}")
        for n in range(6)
        for line in (2, 4)
    ]
    expected += [("in/6.csv", 3, "6"), ("in/6.csv", 4, "61"), ("in/7.csv", 3, "7"), ("in/7.csv", 5, "71")]
    assert found == sorted(expected)
    assert len(set(world.rows("files", "file"))) == 8
    assert [(line, reason) for line, reason in world.rows("quarantine", "line", "reason")] == [
        (2, "wrong_encoding"),
        (4, "too_few_columns"),
    ]


def test_equal_input_gives_equal_bytes(read: Any) -> None:
    files = {f"{n}.csv": "a,b,c\n" + "".join(f"{n}-{m},x,y\n" for m in range(500)) for n in range(4)}

    def parts() -> dict[str, bytes]:
        folder = read(files).store._home.path
        return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.glob("raw_*/*.parquet"))}

    assert parts() == parts() != {}


def test_record_id_is_a_keyed_hash_of_source_and_values(read: Any, tmp_path: Path) -> None:
    world = read({"f.csv": "a,b,c\nx@y.z,Ann,2\n"}, format="table", people={"email": "a", "given_name": "b"})
    values = dict.fromkeys(PERSONAL, "") | {"email": "x@y.z", "given_name": "Ann"}
    parts = [load_or_make(tmp_path, None).pepper, "s", *values.values()]
    expected = hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:32]
    assert world.rows("raw_people", "record_id") == [expected]


def test_people_have_no_secret_in_common_between_sources(read: Any) -> None:
    options = {"format": "table", "people": {"email": "a"}}
    first = read({"f.csv": "a,b,c\nx@y.z,1,2\n\n,1,2\n"}, **options, name="one").rows(
        "raw_people", "record_id"
    )
    other = read({}, **options, name="two").rows("raw_people", "record_id")
    assert len(first) == len(other) == 1 and first != other


def test_fingerprint(make_shop: Callable[..., Any], tmp_path: Path) -> None:
    path = tmp_path / "in" / "f.csv"
    path.parent.mkdir()
    path.write_text("a,b,c\n1,2,3\n")
    shop = make_shop()
    source = shop.sources[0]
    before = fingerprint(shop, source)
    assert fingerprint(shop, source) == before
    assert fingerprint(shop, msgspec.structs.replace(source, currency="CNY")) != before
    os.utime(path, ns=(0, 0))
    touched = fingerprint(shop, source)
    assert touched != before
    (tmp_path / "in" / "g.csv").write_text("a,b,c\n")
    assert fingerprint(shop, source) != touched


def test_fingerprint_of_databases(make_shop: Callable[..., Any], tmp_path: Path) -> None:
    (tmp_path / "erp.db").write_bytes(b"x")
    files = make_shop(url="sqlite:///erp.db", query="select 1")
    assert fingerprint(files, files.sources[0]) == fingerprint(files, files.sources[0])
    server = make_shop(url="postgresql://u:one@h/db", query="select 1")
    assert fingerprint(server, server.sources[0]) != fingerprint(server, server.sources[0])
