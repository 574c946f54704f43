"""The log of lists."""

from __future__ import annotations

from pathlib import Path

import pytest

from onebasket.errors import BusyError
from onebasket.improve.served import FOLDER, Log, Served, served
from onebasket.inbox import Inbox, Posted, id_of, segments
from onebasket.inbox import writing as inbox_writing
from onebasket.protect import Key


def test_what_is_noted_is_read_again(tmp_path: Path, key: Key) -> None:
    told = [
        Served("a" * 32, 1, None, "trending", "ease", 3, ("tea",)),
        Served("b" * 32, 2, "ann", "history", "ease", 3, ("tea", "milk"), "home", "x", propensity=(0.5, 0.5)),
    ]  # fmt: skip
    log = Log(tmp_path, key)
    for each in told:
        log.note(each)
    log.close()
    assert list(served(tmp_path, key)) == told and log.lost == 0
    assert b"tea" not in b"".join(path.read_bytes() for path in segments(tmp_path / FOLDER))


def test_nothing_was_served(tmp_path: Path, key: Key) -> None:
    assert list(served(tmp_path, key)) == []


def test_one_server_writes(tmp_path: Path, key: Key) -> None:
    log = Log(tmp_path, key)
    with pytest.raises(BusyError):
        Log(tmp_path, key)
    log.close()


def test_what_came_after_the_end_is_counted(tmp_path: Path, key: Key) -> None:
    log = Log(tmp_path, key)
    log.close()
    log.note(Served("a" * 32, 1, None, "trending", "ease", 3, ()))
    assert log.lost == 1


def test_old_segments_are_deleted(tmp_path: Path, key: Key, monkeypatch: pytest.MonkeyPatch) -> None:
    day, now = 86_400_000, [1_800_000_000_000]
    monkeypatch.setattr(inbox_writing, "_now", lambda: now[0])
    inbox = Inbox(tmp_path, key, segment=2, keep_days=10)
    for number in range(12):
        now[0] += 2 * day
        inbox.submit([Posted("s", id_of("s", str(number)), b"{}")]).result()
    left = segments(tmp_path)
    inbox.close()
    assert left[-1].name == "000006.sqlite" and left[0].name in ("000003.sqlite", "000004.sqlite")
    now[0] += 30 * day
    inbox = Inbox(tmp_path, key, segment=2, keep_days=10)
    inbox.submit([Posted("s", id_of("s", "last"), b"{}")]).result()
    inbox.close()
    assert [path.name for path in segments(tmp_path)] == ["000007.sqlite"]
