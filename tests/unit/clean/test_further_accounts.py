"""Whatever further tables say, every row is counted out, and the order of files and lines loses none."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from onebasket.protect import load_or_make
from onebasket.shop import Align, Clean, Identity, Learn, Recommend, Run, Shop, Source
from onebasket.store.basket import Basket
from onebasket.store.duckdb import DuckStore
from onebasket.tables import BY_NAME, FURTHER
from tests.unit.clean.clean_world import World

TEXTS = st.sampled_from(
    [
        None,
        "",
        "-",
        "1",
        "2",
        "-3",
        "4.5",
        "x",
        "5%",
        "2024-05-01",
        "2024-05-02 10:00",
        "2999-01-01",
        "USD",
        "茶|'",
    ]
)
QUICK = settings(max_examples=2, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with tempfile.TemporaryDirectory() as name:
        source = Source("web", "web", "table", path="a.csv")
        shop = Shop(
            Path(name),
            Identity("T", currency="USD"),
            (source,),
            Run(),
            Clean(),
            Align(),
            Learn(),
            Recommend(),
        )
        key = load_or_make(shop.folder, None)
        with Basket(shop.basket).begin() as draft, DuckStore(draft, key, memory="500MB", threads=1) as store:
            yield World(shop, key, store)


@pytest.mark.parametrize("name", FURTHER)
def test_every_row_is_kept_refused_or_repeated(world: World, name: str) -> None:
    place = ("source", "channel", "file", "line", "item", "record_id")
    columns = [column for column in BY_NAME[f"raw_{name}"].names if column not in place]
    rows = st.lists(st.fixed_dictionaries(dict.fromkeys(columns, TEXTS)), min_size=1, max_size=12)

    def told(said: list[dict[str, Any]]) -> dict[str, Any]:
        (account,) = (
            one for one in world.clean(**{name: said}) if one.table == f"raw_{name}"
        )  # `World.clean` checks that it balances
        assert account.rows_in == len(said)
        return {"kept": account.kept, "refused": account.quarantined, "repeated": account.duplicates}

    @QUICK
    @given(rows)
    def check(said: list[dict[str, Any]]) -> None:
        assert told(said) == told(said[::-1])

    check()
