"""Encryption at rest: nothing readable without the key, and no change goes unnoticed."""

from __future__ import annotations

import random
import threading
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pytest

from onebasket.protect import Key, ParquetCipher, parquet

KEY = Key(bytes(range(32)), Path("shop.key"))
ROWS = 3_000
PEOPLE = pa.table(
    {
        "record_id": [f"record-{n:06d}" for n in range(ROWS)],
        "email": [f"person{n}@example.org" for n in range(ROWS)],
        "rows": pa.array(range(ROWS), pa.int64()),
    }
)


def write(path: Path, key: Key = KEY, data: pa.Table = PEOPLE) -> Path:
    with pq.ParquetWriter(path, data.schema, encryption_properties=ParquetCipher(key).encryption()) as writer:
        writer.write_table(data, row_group_size=1_000)
    return path


def test_what_is_written_comes_back(tmp_path: Path) -> None:
    path = write(tmp_path / "a.parquet")
    assert ParquetCipher(KEY).dataset([path]).to_table() == PEOPLE
    assert ParquetCipher(KEY).metadata(path).num_rows == ROWS


def test_several_files_and_an_engine_over_them(tmp_path: Path) -> None:
    paths = [write(tmp_path / f"{name}.parquet") for name in "ab"]
    people = ParquetCipher(KEY).dataset(paths)
    with duckdb.connect() as connection:
        connection.register("people", people)
        found = connection.sql("select count(*), max(email) from people where rows < 10").fetchall()
    assert found == [(20, "person9@example.org")]


def test_no_value_no_name_and_no_secret_stands_in_the_file(tmp_path: Path) -> None:
    raw = write(tmp_path / "a.parquet").read_bytes()
    for word in (
        b"person",
        b"example.org",
        b"record",
        b"email",
        b"rows",
        KEY.secret,
        KEY.secret.hex().encode(),
    ):
        assert word not in raw


def test_without_the_key_nothing_opens(tmp_path: Path) -> None:
    path = write(tmp_path / "a.parquet")
    with pytest.raises((OSError, pa.ArrowInvalid)):
        pq.read_metadata(path)
    with pytest.raises((OSError, pa.ArrowInvalid)):
        ds.dataset(path).to_table()
    with duckdb.connect() as connection, pytest.raises(duckdb.Error):
        connection.sql(f"from read_parquet('{path}')").fetchall()


def test_another_key_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "a.parquet")
    other = ParquetCipher(Key(bytes(32), Path("other.key")))
    for attempt in (lambda: other.dataset([path]).to_table(), lambda: other.metadata(path)):
        with pytest.raises(Exception, match="right key"):
            attempt()


def test_each_file_has_its_own_data_key(tmp_path: Path) -> None:
    assert write(tmp_path / "a.parquet").read_bytes() != write(tmp_path / "b.parquet").read_bytes()


def test_every_flipped_bit_is_noticed(tmp_path: Path) -> None:
    path = write(tmp_path / "a.parquet")
    whole, chance = path.read_bytes(), random.Random(3)
    for _ in range(100):
        raw = bytearray(whole)
        raw[chance.randrange(len(raw))] ^= 1 << chance.randrange(8)
        path.write_bytes(raw)
        try:
            found = ParquetCipher(KEY).dataset([path]).to_table()
        except Exception:  # noqa: BLE001 - which part notices depends on where the bit lies
            continue
        pytest.fail("a changed file was read" if found != PEOPLE else "a changed bit made no difference")


def test_scans_never_ask_for_keys_from_arrow_threads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Arrow's threads would wait for the interpreter's lock while the scan's caller holds it."""
    key = KEY
    paths = [tmp_path / f"{number}.parquet" for number in range(20)]
    for number, path in enumerate(paths):
        table = pa.table({"n": [number]})
        pq.write_table(table, path, encryption_properties=ParquetCipher(key).encryption())
    asked: list[str] = []
    unwrap = parquet._ShopKms.unwrap_key

    def watched(self: parquet._ShopKms, wrapped_key: bytes, master_key_identifier: str) -> bytes:
        asked.append(threading.current_thread().name)
        return unwrap(self, wrapped_key, master_key_identifier)

    monkeypatch.setattr(parquet._ShopKms, "unwrap_key", watched)
    dataset = ParquetCipher(key).dataset(paths)
    assert set(asked) == {threading.main_thread().name}
    before = len(asked)
    assert sorted(dataset.to_table()["n"].to_pylist()) == list(range(20))
    assert len(asked) == before
