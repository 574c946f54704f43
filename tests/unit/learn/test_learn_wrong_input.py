"""The stage with the timeline model on what is too little, too much or too odd."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest

from onebasket.errors import ModelError
from onebasket.learn import choose, learn
from onebasket.recommenders import load
from onebasket.shop import Learn, Shop
from onebasket.store.duckdb import DuckStore
from onebasket.timeline.settings import TimelineSettings
from tests.unit.learn.conftest import START

Rows = list[dict[str, Any]]
TINY = TimelineSettings(width=8, length=8, negatives=8, batch=256, epochs=1)


def did(who: str, what: str | None, day: float, action: str = "purchase", **more: Any) -> dict[str, Any]:
    return {
        "customer_id": who,
        "product_id": what,
        "ts": START + timedelta(days=day),
        "action": action,
        **more,
    }


def comers(days: int = 160) -> Rows:
    """Eight people who look at and buy one of five products every eight days."""
    return [
        did(f"c{who}", f"p{(who + day // 8) % 5}", day + who / 10, action)
        for who in range(8)
        for day in range(0, days, 8)
        for action in ("view", "purchase")
    ]


IN_2100 = (datetime(2100, 1, 1) - START).days
JUDGED: dict[str, Rows] = {
    "the year 2100": [each | {"ts": each["ts"] + timedelta(days=IN_2100)} for each in comers()],
    "one customer": [did("c", f"p{day % 3}", day) for day in range(0, 160, 4)],
    "one product": [did(f"c{day % 3}", "p", day) for day in range(0, 160, 2)],
    "300 actions": [*comers(), *(did("c1", "p1", n / 8, f"a{n:03}") for n in range(300))],
    "no channel": [each | {"channel": ""} for each in comers()],
    "a very long history": [did("c", f"p{n % 40}", n * 160 / 100_000) for n in range(100_000)],
}
NOT_JUDGED: dict[str, Rows] = {
    "one product, one event each": [did(f"c{who}", "p", who) for who in range(3)],
    "only views": [each for each in comers() if each["action"] == "view"],
    "one instant": [did(f"c{who}", f"p{item}", 0) for who in range(9) for item in range(4)],
    "all in the last window": [did(f"c{who}", f"p{who % 4}", day) for who in range(9) for day in range(9)],
    "nobody in the last window": [*comers(), did("late", "p1", 400)],
    "one event in 2100": [*comers(), did("c1", "p1", IN_2100)],
}


@pytest.fixture
def tiny(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> Shop:
    """A shop that learns the timeline model alone, of the smallest size."""
    monkeypatch.setattr(choose, "PRESETS", {"small": TINY})
    return msgspec.structs.replace(shop, learn=Learn(models=("timeline",), seeds=1, text="none"))


@pytest.fixture(autouse=True)
def nothing_in_the_catalogue(offer: Callable[..., None]) -> None:
    offer({})


def learned(store: DuckStore, shop: Shop, folder: Path) -> tuple[str, list[dict[str, Any]]]:
    """Learn, ask the model for lists, and tell which it was and its scores."""
    learn(store, shop, folder)
    model = load(folder)
    lists = model.recommend([*model.user_ids[:20], "never seen"], 3)
    assert np.isfinite(lists.scores[lists.items >= 0]).all()
    assert (lists.items[:, 0] >= 0).all() or not model.item_ids
    assert not (shop.basket / "training").exists()
    return model.name, [row for batch in store.read("scores") for row in batch.to_pylist()]


@pytest.mark.parametrize("world", JUDGED)
def test_it_is_judged(
    world: str, store: DuckStore, happen: Callable[[Rows], None], tiny: Shop, tmp_path: Path
) -> None:
    happen(JUDGED[world])
    name, rows = learned(store, tiny, tmp_path / "models")
    assert name == "timeline"
    assert {(row["split"], row["model"]) for row in rows} == {
        ("validation", "timeline"),
        ("test", "timeline"),
    }
    assert all(0 <= row["low"] <= row["high"] <= 1 + 1e-9 for row in rows)


@pytest.mark.parametrize("world", NOT_JUDGED)
def test_where_nothing_can_be_judged_it_says_so(
    world: str, store: DuckStore, happen: Callable[[Rows], None], tiny: Shop, tmp_path: Path
) -> None:
    happen(NOT_JUDGED[world])
    assert learned(store, tiny, tmp_path / "models") == ("popularity", [])
    assert msgspec.json.decode((tmp_path / "models" / "choice.json").read_bytes())["note"]


def test_damage_left_in_the_basket_names_the_folder_to_delete(
    store: DuckStore, happen: Callable[[Rows], None], tiny: Shop, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    happen(comers())
    kept = tiny.basket / "training"
    monkeypatch.setattr("shutil.rmtree", lambda *_, **__: None)
    learn(store, tiny, tmp_path / "one")
    monkeypatch.undo()
    monkeypatch.setattr(choose, "PRESETS", {"small": TINY})
    for head in kept.glob("*/training.json"):
        head.write_bytes(head.read_bytes()[:-9])
    with pytest.raises(ModelError, match="damaged") as raised:
        learn(store, tiny, tmp_path / "two")
    told = raised.value
    assert told.found and told.expected and told.state
    named = Path(str(told.next_step).removeprefix("delete ").removesuffix(" to begin anew"))
    assert named.parent == kept and named.is_dir()


def test_a_device_that_is_not_there_is_told_before_anything_is_trained(
    store: DuckStore, sell: Callable[..., None], shop: Shop, tmp_path: Path
) -> None:
    sell([("c", "p", day) for day in range(160)])
    asked = msgspec.structs.replace(shop.learn, models=("habit", "timeline"), device="abacus")
    told: list[str] = []
    with pytest.raises(ModelError, match="abacus"):
        learn(
            store, msgspec.structs.replace(shop, learn=asked), tmp_path / "models",
            lambda what, done, total: told.append(what),
        )  # fmt: skip
    assert not told
