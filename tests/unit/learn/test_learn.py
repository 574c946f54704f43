"""The stage: from a timeline to scores and a saved model."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest

from onebasket.accounting import silent
from onebasket.learn import events, learn
from onebasket.learn.choose import grid
from onebasket.recommenders import MODELS, load
from onebasket.shop import Learn, Shop
from onebasket.store.duckdb import DuckStore
from tests.unit.learn.conftest import START, Put

Sell = Callable[..., None]
SPAN = 180


def habits(seed: int = 0, customers: int = 24) -> list[tuple[str, str, float]]:
    """Customers of two tastes who come every ten days and mostly buy the same again."""
    random = np.random.default_rng(seed)
    rows = []
    for customer in range(customers):
        taste = "ab"[customer % 2]
        basket = random.choice(10, 4, replace=False)
        for visit in range(0, SPAN, 10):
            day = visit + random.random() * 5
            rows += [(f"c{customer:02}", f"{taste}{item}", day) for item in basket if random.random() < 0.7]
            rows.append((f"c{customer:02}", f"{taste}{random.integers(10)}", day))
    return rows


def scores(store: DuckStore) -> list[dict[str, Any]]:
    return [row for batch in store.read("scores") for row in batch.to_pylist()]


def choice(folder: Path) -> dict[str, Any]:
    told: dict[str, Any] = msgspec.json.decode((folder / "choice.json").read_bytes())
    return told


OFFERED = {
    f"{taste}{item}": (f"tea {item}", None, f"Drinks > {taste}") for taste in "ab" for item in range(10)
}


def test_all_models_are_judged_and_one_is_chosen(
    store: DuckStore, sell: Sell, offer: Callable[..., None], shop: Shop, tmp_path: Path
) -> None:
    sell(habits())
    offer(OFFERED)
    every = msgspec.structs.replace(shop, learn=Learn(models=tuple(MODELS)))
    learn(store, every, tmp_path / "models")
    rows = scores(store)
    assert {(row["split"], row["model"]) for row in rows} == {
        (split, model) for split in ("validation", "test") for model in MODELS
    }
    assert {row["metric"] for row in rows} == {
        "hr@10", "ndcg@10", "recall@10", "mrr@10", "ndcg@10_new", "coverage@10",
    }  # fmt: skip
    assert {row["task"] for row in rows} == {"next_products"}
    assert all(0 <= row["low"] <= row["value"] + 1e-9 <= row["high"] + 2e-9 <= 1 + 3e-9 for row in rows)
    chosen = {row["model"] for row in rows if row["chosen"]}
    on_validation = {
        row["model"]: row["value"]
        for row in rows
        if row["split"] == "validation" and row["metric"] == "ndcg@10"
    }
    assert len(chosen) == 1
    assert on_validation[chosen.copy().pop()] == max(on_validation.values())
    assert load(tmp_path / "models").name in chosen
    assert choice(tmp_path / "models")["chosen"] in chosen
    test = {
        row["model"]: row["value"] for row in rows if row["split"] == "test" and row["metric"] == "ndcg@10"
    }
    assert test["habit"] > test["popularity"]


def test_the_saved_model_has_seen_everything(
    store: DuckStore, sell: Sell, shop: Shop, tmp_path: Path
) -> None:
    sell([*habits(), ("late", "novelty", SPAN)])
    learn(store, shop, tmp_path / "models")
    model = load(tmp_path / "models")
    assert "late" in model.user_ids and "novelty" in model.item_ids


def test_twice_is_the_same(store: DuckStore, sell: Sell, shop: Shop, tmp_path: Path) -> None:
    sell(habits())
    learn(store, shop, tmp_path / "one")
    first = scores(store)
    learn(store, shop, tmp_path / "two")
    assert scores(store) == first
    for file in ("model.json", "model.safetensors", "choice.json"):
        assert (tmp_path / "one" / file).read_bytes() == (tmp_path / "two" / file).read_bytes()


def test_only_the_models_asked_for(store: DuckStore, sell: Sell, shop: Shop, tmp_path: Path) -> None:
    sell(habits())
    few = msgspec.structs.replace(shop, learn=Learn(models=("popularity", "item_knn"), seen="mask", top=5))
    learn(store, few, tmp_path / "models")
    assert {row["model"] for row in scores(store)} == {"popularity", "item_knn"}
    assert "ndcg@5" in {row["metric"] for row in scores(store)}
    assert load(tmp_path / "models").name == "item_knn"
    assert not (tmp_path / "models" / "states").exists()


@pytest.mark.parametrize(
    "rows",
    [
        [],
        [("c", "p", 0.0)],
        [(f"c{n}", f"p{n % 3}", 7.0) for n in range(20)],
        [("c", "p", float(day)) for day in range(20)],
        [(f"c{n}", "p", n * 10.0) for n in range(20)],
    ],
    ids=["nothing", "one purchase", "one instant", "too short", "nobody comes back"],
)
def test_where_nothing_can_be_judged(
    store: DuckStore, sell: Sell, shop: Shop, tmp_path: Path, rows: list[tuple[str, str, float]]
) -> None:
    sell(rows)
    learn(store, shop, tmp_path / "models")
    assert scores(store) == []
    assert load(tmp_path / "models").name == "popularity"
    assert choice(tmp_path / "models")["note"]


def test_one_customer_and_one_product(store: DuckStore, sell: Sell, shop: Shop, tmp_path: Path) -> None:
    sell([("c", "p", float(day)) for day in range(0, SPAN, 10)])
    learn(store, shop, tmp_path / "models")
    assert {row["value"] for row in scores(store) if row["metric"] == "hr@10"} == {1.0}
    assert load(tmp_path / "models").recommend(["c"], 3).items.tolist() == [[0, -1, -1]]


@pytest.mark.parametrize("name", MODELS)
def test_later_events_never_change_the_fitted_model(store: DuckStore, sell: Sell, name: str) -> None:
    """What a model that is judged has seen ends at the split, for every kind of later event."""
    split, arrays = int(SPAN * 0.6) * 86_400, []
    later = [("c00", "a1", 170.0), ("new", "b1", 171.0), ("c01", "new", 172.0), ("c02", "b9", 120.0)] * 30
    for rows in (habits(), [*[row for row in habits() if row[2] < SPAN * 0.6 - 1], *later]):
        sell(rows)
        data = events.read(store, silent).purchases()
        early = data.before(int(data.times.min()) // 86_400 * 86_400 + split - 86_400)
        settings = next(iter(grid(name, Learn(factors=4, epochs=2), 30.0)))
        model = MODELS[name]()
        model.settings = settings
        model.fit(early, seed=0)
        arrays.append((model.item_ids, model.user_ids, model._arrays(), model.popularity))
    assert arrays[0][:2] == arrays[1][:2]
    assert (arrays[0][3] == arrays[1][3]).all()
    for key, values in arrays[0][2].items():
        assert (values == arrays[1][2][key]).all()


def test_a_change_after_the_split_leaves_validation_alone(
    store: DuckStore, sell: Sell, shop: Shop, tmp_path: Path
) -> None:
    """The test window decides nothing: other purchases in it, the same choice."""
    told = []
    for odd in (False, True):
        rows = [row for row in habits() if row[2] < 140]
        window = [(f"c{n:02}", "a1" if odd else f"b{n % 10}", 175.0) for n in range(24)]
        sell([*rows, *window, ("end", "end", 179.0)])
        learn(store, shop, tmp_path / str(odd))
        validation = [
            {key: row[key] for key in ("model", "metric", "value", "low", "high", "chosen")}
            for row in scores(store)
            if row["split"] == "validation"
        ]
        told.append((validation, choice(tmp_path / str(odd))["settings"]))
    assert told[0] == told[1]


class TestPurchases:
    """Which lines of the timeline count."""

    def test_codes_and_times(self, store: DuckStore, sell: Sell) -> None:
        sell([("b", "p", 1.0), ("a", "p", 0.5), ("a", "q", 2.0)])
        data = events.read(store, silent).purchases()
        assert data.user_ids == ("a", "b") and data.item_ids == ("p", "q")
        assert data.times.tolist() == [1704067200 + int(day * 86_400) for day in (0.5, 2, 1)]

    @pytest.mark.parametrize("values", [{"action": "view"}, {"action": "return"}, {"net_quantity": 0.0}])
    def test_others_do_not_count(self, store: DuckStore, sell: Sell, values: dict[str, Any]) -> None:
        sell([("a", "p", 0.0)], **values)
        assert len(events.read(store, silent).purchases()) == 0

    def test_nobody_and_nothing_do_not_count(self, store: DuckStore, sell: Sell) -> None:
        sell([(None, "p", 0.0), ("a", None, 0.0), ("a", "p", 0.0)])
        assert len(events.read(store, silent).purchases()) == 1

    def test_many_units_count_once(self, store: DuckStore, sell: Sell) -> None:
        sell([("a", "p", 0.0)], net_quantity=500.0)
        assert events.read(store, silent).purchases().histories().values.tolist() == [1.0]

    def test_an_event_says_how_likely_it_is_its_customers(
        self, store: DuckStore, sell: Sell, put: Put
    ) -> None:
        """Only where likeness alone joined its record: an identifier that is shared leaves no doubt."""
        records = ("alone", "shared", "alike", "both", "refused")
        put("events", [{"record_id": record, "line": line} for line, record in enumerate(records)])
        put("customer_edges", [{"record_a": "shared", "record_b": "both"}])
        put("customer_matches", [
            {"record_a": "alike", "record_b": "both", "probability": 0.93},
            {"record_a": "alike", "record_b": "x", "probability": 0.6},
            {"record_a": "refused", "record_b": "both", "probability": 0.3, "joined": False},
        ])  # fmt: skip
        happened = [
            {"customer_id": "a", "product_id": record, "line": line} for line, record in enumerate(records)
        ]
        put("timeline", [{"action": "view", "ts": START} | event for event in happened])
        read = events.read(store, silent)
        identity = read.marks[-1]
        told = [identity.values[code - 1] if code else None for code in identity.codes]
        assert identity.name == "identity"
        assert dict(zip((read.item_ids[item] for item in read.items), told, strict=True)) == (
            dict.fromkeys(records) | {"alike": "0.95"}
        )
