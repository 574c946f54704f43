"""Vectors on disk: the same as before, whatever happened to the files; never more than allowed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from onebasket.errors import ModelError
from onebasket.text import VectorCache

TEXTS = [f"tea {number}" for number in range(50)]
VECTORS = np.random.default_rng(0).normal(size=(50, 8)).astype(np.float32)


def files(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.vectors"))


@pytest.fixture
def cache(tmp_path: Path) -> VectorCache:
    made = VectorCache(tmp_path / "kept")
    made.write("model", TEXTS[:30], VECTORS[:30])
    made.write("model", TEXTS[30:], VECTORS[30:])
    return made


def test_what_was_written_is_read_in_any_order(cache: VectorCache) -> None:
    order = np.random.default_rng(1).permutation(50)
    vectors, known = VectorCache(cache.folder).read(
        "model", 8, [TEXTS[place] for place in order] + ["茶", ""]
    )
    assert known.tolist() == [True] * 50 + [False] * 2
    assert np.array_equal(vectors[:50], VECTORS[order]) and not vectors[50:].any()


def test_another_model_or_width_knows_nothing(cache: VectorCache) -> None:
    assert not cache.read("other", 8, TEXTS)[1].any()
    assert not cache.read("model", 4, TEXTS)[1].any()
    assert cache.read("model", 8, TEXTS)[1].all()


@pytest.mark.parametrize("damage", ["torn", "flipped", "empty", "no head"])
def test_damage_is_noticed_and_only_that_file_is_lost(cache: VectorCache, damage: str) -> None:
    path = max(files(cache.folder), key=lambda each: each.stat().st_size)  # the one of thirty
    data = bytearray(path.read_bytes())
    if damage == "flipped":
        data[-3] ^= 1
    kept = {"torn": data[: len(data) // 2], "flipped": data, "empty": b"", "no head": b"\n" + data}[damage]
    path.write_bytes(bytes(kept))
    vectors, known = cache.read("model", 8, TEXTS)
    assert known.tolist() == [False] * 30 + [True] * 20
    assert np.array_equal(vectors[30:], VECTORS[30:])
    assert not path.exists()
    cache.write("model", TEXTS[:30], VECTORS[:30])
    assert np.array_equal(cache.read("model", 8, TEXTS)[0], VECTORS)


def test_it_never_holds_more_than_allowed_and_keeps_what_was_used(tmp_path: Path) -> None:
    one = 30 * (16 + 4 * 8) + 200
    cache = VectorCache(tmp_path, most_bytes=3 * one)
    for number in range(6):
        cache.write("model", [f"{number} {text}" for text in TEXTS[:30]], VECTORS[:30])
        for age, path in enumerate(files(tmp_path)):
            os.utime(path, (age, age))
        assert cache.read("model", 8, [f"0 {text}" for text in TEXTS[:30]])[1].all()
        assert sum(path.stat().st_size for path in files(tmp_path)) <= 3 * one
    assert len(files(tmp_path)) == 3


def test_many_small_files_become_few(tmp_path: Path) -> None:
    cache = VectorCache(tmp_path)
    for place, text in enumerate(TEXTS):
        cache.write("model", [text], VECTORS[place : place + 1])
    assert len(files(tmp_path)) < 16
    assert np.array_equal(cache.read("model", 8, TEXTS)[0], VECTORS)


def test_a_kill_at_any_moment_leaves_only_whole_files(tmp_path: Path) -> None:
    code = """
import sys, itertools, numpy as np
from pathlib import Path
from onebasket.text import VectorCache
cache = VectorCache(Path(sys.argv[1]))
for number in itertools.count():
    cache.write("model", [f"{number} {each}" for each in range(200)], np.full((200, 64), number, np.float32))
    print(number, flush=True)
"""
    for _ in range(3):
        with subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], stdout=subprocess.PIPE) as process:
            assert process.stdout is not None
            for _ in range(20):
                said = process.stdout.readline()
            time.sleep(0.003)
            process.send_signal(signal.SIGKILL)
        last = int(said)
        wanted = [f"{number} {each}" for number in range(last + 1) for each in range(200)]
        vectors, known = VectorCache(tmp_path).read("model", 64, wanted)
        assert known.all()
        assert np.array_equal(vectors[:, 0], np.repeat(np.arange(last + 1), 200))
    VectorCache(tmp_path).write("model", ["one more"], np.zeros((1, 64), np.float32))
    assert not list(tmp_path.glob("*.part*"))  # what the killed left aside is gone


def test_files_of_others_are_left_alone(tmp_path: Path) -> None:
    for name in ("notes.txt", "download.partial", "x.part0099999999"):
        (tmp_path / name).write_text("mine")
    VectorCache(tmp_path, most_bytes=1).write("model", TEXTS, VECTORS)
    assert {path.name for path in tmp_path.iterdir()} == {"notes.txt", "download.partial"}
    assert not VectorCache(tmp_path).read("model", 8, TEXTS)[1].any()  # one byte holds nothing


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ModelError, match="cannot be kept") as raised:
        VectorCache(tmp_path / "file").write("model", TEXTS, VECTORS)
    assert raised.value.next_step
