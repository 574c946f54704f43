"""Rows by key, from a file that is mapped: those that a query would give, in its order."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from onebasket import shop as shop_file
from onebasket.answers import store_of
from onebasket.serve import facts, shelf
from onebasket.serve.published import version_of
from onebasket.serve.shelf import Shelf
from onebasket.store.duckdb import DuckStore

WHOSE = "select {} from timeline where customer_id = $id order by ts, event_id"


@pytest.fixture
def store(ran_world: Path) -> Iterator[DuckStore]:
    with version_of(shop_file.load(ran_world)) as version, store_of(ran_world, version) as opened:
        yield opened


def customers(store: DuckStore) -> list[str]:
    return [name for (name,) in store.query("select customer_id from customers order by 1").fetchall()]


@pytest.mark.parametrize("batch", [1, 7, 100_000])
def test_rows_of_each_key(store: DuckStore, monkeypatch: pytest.MonkeyPatch, batch: int) -> None:
    """However the file is cut; those of one key may lie in several parts of it."""
    monkeypatch.setattr(shelf, "_BATCH_ROWS", batch)
    asked = customers(store)[::3]
    kept = Shelf(store, "serve/timeline", {name: place for place, name in enumerate(asked)})
    for name in asked:
        wanted = [event for (event,) in store.query(WHOSE.format("event_id"), id=name).fetchall()]
        assert [row["event_id"] for row in kept.rows(name)] == wanted
        start, end = kept.span(name)
        assert len(kept.values("ts", start, end)) == end - start == len(wanted)
    assert kept.rows(customers(store)[1]) == kept.rows("nobody") == []


def test_a_query_without_rows(store: DuckStore) -> None:
    kept = Shelf(store, "serve/earlier_ids", {"c1": 0})  # a first version, in which no id gave way
    assert kept.rows("c1") == [] and not len(kept.values("ts", 0, 0))


def test_the_file_goes_with_the_store(ran_world: Path) -> None:
    with version_of(shop_file.load(ran_world)) as version, store_of(ran_world, version) as opened:
        Shelf(opened, "serve/customers", {})
        room = opened.room()
        assert (room / "serve.customers.arrow").is_file()
    assert not room.exists()


def test_pages_end_and_begin_between_events_of_one_moment(store: DuckStore) -> None:
    kept = Shelf(store, "serve/timeline", {name: place for place, name in enumerate(customers(store))})
    for name in customers(store)[:5]:
        rows = kept.rows(name)
        for place, row in enumerate(rows):
            before = facts._before(kept, name, row["ts"], row["event_id"], 3)
            assert before == rows[max(0, place - 3) : place]
        assert facts._before(kept, name, rows[-1]["ts"] + timedelta(1), "", 2) == rows[-2:]
