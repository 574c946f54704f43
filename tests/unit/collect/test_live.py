"""Live events, collected from the inbox."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from onebasket.collect import collect
from onebasket.collect.files import fingerprint
from onebasket.collect.live import open_inbox
from onebasket.errors import StoreError
from onebasket.inbox import FOLDER, Inbox, Posted, ends, id_of
from onebasket.protect import Key, load_or_make
from onebasket.protect.corrections import store_corrections
from onebasket.shop import Shop
from onebasket.store.basket import Basket
from onebasket.store.duckdb import DuckStore
from tests.unit.collect.conftest import Collected, shop_of

Post = Callable[..., None]


def live_shop(folder: Path) -> Shop:
    """A shop whose one source, `s`, is live."""
    return shop_of(folder, format="live", path=None)


@pytest.fixture
def key(tmp_path: Path) -> Key:
    return load_or_make(tmp_path, None)


@pytest.fixture
def post(tmp_path: Path, key: Key) -> Post:
    """Take events in, three a segment: objects as they are, texts as rejected for a reason."""

    def take(*events: dict[str, Any] | str, source: str = "s") -> None:
        inbox = Inbox(tmp_path / FOLDER, key, segment=3)
        for event in events:
            if isinstance(event, str):
                line = json.dumps({"reason": "no type", "raw": event}).encode()
                posted = Posted(f"{source}/rejected", id_of(source, event), line)
            else:
                posted = Posted(source, id_of(source, event["messageId"]), json.dumps(event).encode())
            inbox.submit([posted]).result()
        inbox.close()

    return take


@pytest.fixture
def collected(tmp_path: Path, key: Key) -> Iterator[Callable[[], Collected]]:
    with ExitStack() as stack:

        def run() -> Collected:
            stack.close()
            shop = live_shop(tmp_path)
            draft = stack.enter_context(Basket(shop.basket).begin())
            store = stack.enter_context(DuckStore(draft, key, threads=2))
            return Collected(store, collect(store, shop, shop.sources[0], key, inbox=ends(tmp_path / FOLDER)))

        yield run


def track(number: int, **more: Any) -> dict[str, Any]:
    return {
        "type": "track", "event": "Product Viewed", "messageId": f"m{number}", "userId": f"u{number}",
        "timestamp": "2026-01-02T03:04:05.000Z", "properties": {"product_id": f"p{number}"}, **more,
    }  # fmt: skip


def test_events_come_in_order_with_a_place_that_stays(post: Post, collected: Any) -> None:
    post(track(0), track(1))
    post(track(9), source="other")
    before = collected().rows("raw_events", "file", "line", "event_id", "product_key")
    post(track(2), track(3), track(4, context={"traits": {"email": "li@example.com"}}))
    after = collected()
    rows = after.rows("raw_events", "file", "line", "event_id", "product_key")
    assert rows[:2] == before == [("inbox/000001", n + 1, f"m{n}", f"p{n}") for n in range(2)]
    assert [(file, line) for file, line, *_ in rows[2:]] == [("inbox/000002", n) for n in (1, 2, 3)]
    assert ("u4", "li@example.com") in after.rows("raw_people", "account", "email")
    assert after.accounts[0].rows_in == 5
    assert after.rows("sources", "format") == ["live"]


def test_a_live_source_to_which_nothing_came(collected: Any) -> None:
    made = collected()
    assert made.accounts[0].rows_in == 0
    assert made.rows("raw_events", "event_id") == []
    assert made.rows("sources", "source") == ["s"]


def test_what_was_rejected_is_refused_with_the_reason_and_taken_in_when_corrected(
    post: Post, collected: Any, tmp_path: Path, key: Key
) -> None:
    post('{"event":\n "Product Viewed"}', track(1), "not json at all", '{"type": "track"}', "")
    made = collected()
    refused = made.rows("quarantine", "file", "line", "reason", "found", "row_text")
    assert refused == [
        ("inbox/000001/rejected", 1, "rejected", "no type", '{"event":  "Product Viewed"}'),
        ("inbox/000001/rejected", 2, "rejected", "no type", "not json at all"),
        ("inbox/000002/rejected", 1, "rejected", "no type", '{"type": "track"}'),
        ("inbox/000002/rejected", 2, "rejected", "no type", "-"),
    ]
    assert made.rows("raw_events", "event_id") == ["m1"]
    assert (made.accounts[0].rows_in, made.accounts[0].kept, made.accounts[0].quarantined) == (5, 1, 4)
    mended = {
        "table_name": "file",
        "file": refused[1][0],
        "line": 2,
        "item": 0,
        "row_text": json.dumps(track(7)),
    }
    store_corrections(live_shop(tmp_path), key, "s", [mended])
    made = collected()
    assert sorted(made.rows("raw_events", "event_id")) == ["m1", "m7"]
    assert made.accounts[0].quarantined == 3


def test_the_fingerprint_changes_with_what_comes_in(post: Post, tmp_path: Path) -> None:
    shop = live_shop(tmp_path)
    seen = {fingerprint(shop, shop.sources[0], ends(tmp_path / FOLDER))}
    post(track(1))
    seen.add(fingerprint(shop, shop.sources[0], ends(tmp_path / FOLDER)))
    post(track(1))  # again
    seen.add(fingerprint(shop, shop.sources[0], ends(tmp_path / FOLDER)))
    assert len(seen) == 2


def test_what_comes_in_meanwhile_waits_for_the_next_run(post: Post, tmp_path: Path, key: Key) -> None:
    post(track(1))
    shop, last = live_shop(tmp_path), ends(tmp_path / FOLDER)
    post(track(2))
    (file,) = open_inbox(shop, shop.sources[0], key, last)
    post(track(3))
    assert file.pieces is not None
    assert b"".join(file.pieces()).count(b"\n") == 1


def test_another_key_or_a_damaged_file_is_told(post: Post, collected: Any, tmp_path: Path) -> None:
    post(track(1))
    path = tmp_path / FOLDER / "000001.sqlite"
    path.write_bytes(path.read_bytes()[:4096])
    with pytest.raises(StoreError, match="cannot be read"):
        collected()
