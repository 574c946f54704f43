"""What is acknowledged is there, once, in order."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from onebasket.errors import BusyError, InboxFullError, StoreError
from onebasket.inbox import Block, Inbox, Posted, blocks, ends, id_of
from onebasket.inbox.ids import Ids, Run
from onebasket.inbox.segments import ID_BYTES
from onebasket.protect import Key
from tests.unit.inbox.conftest import Open

REQUESTS = st.lists(
    st.one_of(st.lists(st.integers(0, 30), max_size=12), st.just("reopen")), min_size=1, max_size=12
)


def posted(number: int, source: str = "web") -> Posted:
    return Posted(source, id_of(source, f"m{number}"), b'{"n":%d}' % number)


def lines(folder: Path, key: Key, after: int = 0) -> list[bytes]:
    return [event.line for block in blocks(folder, key, after) for event in block.events]


@settings(max_examples=40, deadline=None)
@given(REQUESTS, st.integers(1, 9))
def test_each_event_is_kept_once_in_order(requests: list[list[int] | str], segment: int) -> None:
    """Whatever comes again, in one request, in another, or after a restart; however small segments are."""
    folder = Path(tempfile.mkdtemp())
    key, seen = Key(bytes(32), folder / "key"), dict[int, None]()
    inbox = Inbox(folder / "inbox", key, segment=segment)
    for request in requests:
        if isinstance(request, str):
            inbox.close()
            inbox = Inbox(folder / "inbox", key, segment=segment)
            continue
        expected = []
        for number in request:
            expected.append(number not in seen)
            seen[number] = None
        assert inbox.submit([posted(number) for number in request]).result() == expected
    inbox.close()
    assert lines(folder / "inbox", key) == [posted(number).line for number in seen]
    shutil.rmtree(folder)


def test_blocks_behind_a_number(opened: Open, key: Key) -> None:
    inbox = opened(segment=2)
    for number in range(7):
        inbox.submit([posted(number)]).result()
    for after in range(9):
        assert lines(inbox.folder, key, after) == [posted(number).line for number in range(after, 7)]
    assert ends(inbox.folder) == 7
    received = [block.received for block in blocks(inbox.folder, key)]
    assert received == sorted(received)


def test_sources_have_ids_of_their_own(opened: Open, key: Key) -> None:
    inbox = opened()
    events = [posted(1, "web"), posted(1, "app"), posted(1, "web"), posted(2, "app")]
    assert inbox.submit(events).result() == [True, True, False, True]
    (block,) = blocks(inbox.folder, key)
    assert [event.source for event in block.events] == ["web", "app", "app"]
    assert [event.id for event in block.events] == [events[0].id, events[1].id, events[3].id]


def test_followers_see_what_is_durable(tmp_path: Path, key: Key) -> None:
    followed: list[Block] = []
    inbox = Inbox(tmp_path / "inbox", key, followed.append)
    for numbers in ([1, 2], [2], [2, 3]):
        inbox.submit([posted(number) for number in numbers]).result()
    inbox.close()
    assert followed == list(blocks(tmp_path / "inbox", key))


def test_nothing_readable_is_on_disk(opened: Open) -> None:
    inbox = opened()
    inbox.submit([Posted("web", id_of("web", "1"), b'{"email":"mei@example.com"}' * 9)]).result()
    for path in inbox.folder.iterdir():
        assert b"example" not in path.read_bytes()
    assert not (inbox.folder / "000001.sqlite").stat().st_mode & 0o077


def test_one_writes_at_a_time(opened: Open, key: Key) -> None:
    inbox = opened()
    with pytest.raises(BusyError, match="Another process"):
        Inbox(inbox.folder, key)
    inbox.submit([posted(1)]).result()


def test_more_than_may_wait_is_refused(opened: Open, key: Key) -> None:
    inbox = opened(waiting=100)
    with inbox._guard:  # nobody is answered meanwhile
        inbox._bytes += 90
    with pytest.raises(InboxFullError, match="waiting for the disk"):
        inbox.submit([posted(number) for number in range(3)])
    with inbox._guard:
        inbox._bytes -= 90
    big = [posted(number) for number in range(100)]
    assert all(inbox.submit(big).result())  # alone it may be as large as it is
    assert inbox.waiting == 0


def test_after_the_end_nothing_is_taken(opened: Open) -> None:
    inbox = opened()
    waiting = [inbox.submit([posted(number)]) for number in range(50)]
    inbox.close()
    assert all(told.result() == [True] for told in waiting)
    with pytest.raises(InboxFullError, match="closed"):
        inbox.submit([posted(1)])


def test_damage_and_wrong_keys_are_told(opened: Open, key: Key, tmp_path: Path) -> None:
    inbox = opened(segment=1)
    for number in range(3):
        inbox.submit([posted(number)]).result()
    inbox.close()
    with pytest.raises(StoreError, match=r"000001\.sqlite"):
        lines(inbox.folder, Key(bytes(32), tmp_path))
    (inbox.folder / "000002.sqlite").write_bytes(b"not a database, but as long as one" * 100)
    for use in (lambda: lines(inbox.folder, key), lambda: Inbox(inbox.folder, key)):
        with pytest.raises(StoreError, match=r"000002\.sqlite"):
            use()


def test_no_folder_to_write_in(tmp_path: Path, key: Key) -> None:
    (tmp_path / "inbox").write_text("a file")
    with pytest.raises(StoreError, match="cannot be written"):
        Inbox(tmp_path / "inbox", key)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(st.integers(0, 60), max_size=30), max_size=4), st.lists(st.integers(0, 70)))
def test_ids_are_remembered_exactly(runs: list[list[int]], asked: list[int]) -> None:
    """Also where the halves that are searched are equal."""

    def of(number: int) -> bytes:
        return (number % 5).to_bytes(8, "little") + number.to_bytes(8, "little")

    folder = Path(tempfile.mkdtemp())
    kept = [
        Run.write(folder / f"{place}.ids", [of(number) for number in run], place)
        for place, run in enumerate(runs[1:])
    ]
    ids = Ids(kept, [b"".join(of(number) for number in run) for run in runs[:1]])
    known, expected = {number for run in runs for number in run}, []
    for number in asked:
        expected.append(number in known)
        known.add(number)
    assert ids.before([of(number) for number in asked]) == expected
    ids.forget(len(runs))
    assert not ids.runs
    shutil.rmtree(folder)


def test_ids_are_as_long_as_they_should_be() -> None:
    found = {id_of(source, f"m{number}") for source in ("a", "b") for number in range(1000)}
    assert len(found) == 2000 and {len(each) for each in found} == {ID_BYTES}
    assert id_of("a", "\ud800") != id_of("a", "\udfff")
    assert np.frombuffer(b"".join(found), "<u8").size == 4000
