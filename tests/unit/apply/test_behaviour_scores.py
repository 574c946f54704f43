"""Scores for every customer, from scorers that were kept."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from onebasket.apply import behaviour
from onebasket.errors import ModelError
from onebasket.scoring import Scorer, Scorers, save
from onebasket.scoring.calibration import Calibrator
from onebasket.scoring.learners import Constant, Linear
from onebasket.shop import Behaviour, Shop
from onebasket.store.duckdb import DuckStore

Put = Callable[..., None]
START = datetime(2024, 1, 1)


def constant(task: str, value: float, *columns: str) -> Scorer:
    return Scorer(task, "boosting", task.startswith("value"), columns, (Constant(value),), Calibrator())


def often(task: str) -> Scorer:
    """Says more of what was bought more."""
    learner = Linear(False, (0.0,), (0.0,), (1.0,), (1.0, -2.0))
    return Scorer(task, "recency_frequency", False, ("bought_365d",), (learner,), Calibrator())


@pytest.fixture
def events(put: Put) -> None:
    rows = []
    for place, (who, item, day) in enumerate(
        [("ann", "tea", 1), ("ann", "tea", 99), ("ann", "cup", 90), ("bob", "milk", 3), ("bob", "tea", 4)]
    ):
        rows.append({"customer_id": who, "product_id": item, "ts": START + timedelta(days=day)}
                    | {"event_id": f"e{place}", "order_id": f"o{place}", "action": "purchase"})  # fmt: skip
    rows.append({"customer_id": "eve", "ts": START, "event_id": "v", "action": "view"})
    put("timeline", rows)
    put("catalogue", [{"product_id": item, "category_top": item[0]} for item in ("tea", "cup", "milk")])


def said(store: DuckStore) -> dict[tuple[str, str, str], dict[str, Any]]:
    rows = [row for batch in store.read("behaviour_scores") for row in batch.to_pylist()]
    return {(row["customer_id"], row["task"], row["target"]): row for row in rows}


def test_everybody_and_every_task(
    store: DuckStore, shop: Shop, events: None, tmp_path: Path, monkeypatch: Any
) -> None:
    kept = (
        constant("purchase_90d", 0.7),
        constant("value_30d", 900.0),
        often("product_30d"),
        often("category_30d"),
    )
    save(tmp_path / "behaviour", Scorers(START, kept))
    found = []
    for size in (5_000, 1):
        monkeypatch.setattr(behaviour, "_CUSTOMERS_AT_ONCE", size)
        behaviour.write(store, shop, tmp_path)
        found.append(said(store))
        for path in tmp_path.glob("basket/*/behaviour_scores/*"):
            path.unlink()
    assert found[0] == found[1]
    assert list(found[1]) == sorted(found[1])
    rows = found[0]
    assert {who for who, task, _ in rows if task == "purchase_90d"} == {"ann", "bob", "eve"}
    assert rows["ann", "churn_90d", ""]["value"] == pytest.approx(0.3)
    assert ("bob", "churn_90d", "") not in rows  # last bought 95 days before the end
    assert rows["eve", "value_30d", ""]["value"] == 900
    assert rows["ann", "product_30d", "tea"]["value"] > rows["ann", "product_30d", "milk"]["value"]
    assert rows["ann", "category_30d", "t"]["model"] == "recency_frequency"
    assert {row["as_of"] for row in rows.values()} == {START + timedelta(days=99, microseconds=1)}
    assert all(0 < row["value"] < 1 for (_, task, _), row in rows.items() if not task.startswith("value"))


@pytest.mark.parametrize(("products", "count"), [(0, 0), (1, 2), (9, 6)])
def test_as_many_products_as_asked_for(
    store: DuckStore, shop: Shop, events: None, tmp_path: Path, products: int, count: int
) -> None:
    save(tmp_path / "behaviour", Scorers(START, (often("product_30d"),)))
    few = Shop(
        **{name: getattr(shop, name) for name in shop.__struct_fields__}
        | {"behaviour": Behaviour(1, products)}
    )
    behaviour.write(store, few, tmp_path)
    assert len(said(store)) == count
    if products == 1:
        assert ("ann", "product_30d", "tea") in said(store)


def test_nothing_learned_and_nothing_bought(store: DuckStore, shop: Shop, tmp_path: Path) -> None:
    save(tmp_path / "behaviour", Scorers(None, ()))
    behaviour.write(store, shop, tmp_path)
    assert said(store) == {}
    save(tmp_path / "behaviour", Scorers(None, (constant("purchase_7d", 0.5),)))
    behaviour.write(store, shop, tmp_path)
    assert said(store) == {}


def test_states_that_are_missing_are_asked_for(
    store: DuckStore, shop: Shop, events: None, tmp_path: Path
) -> None:
    learner = Linear(False, (0.0,), (0.0,), (1.0,), (3.0, 0.0))
    scorer = Scorer("purchase_7d", "states", False, ("state_0",), (learner,), Calibrator())
    save(tmp_path / "behaviour", Scorers(START, (scorer,)))
    with pytest.raises(ModelError, match="states"):
        behaviour.write(store, shop, tmp_path)
    behaviour.write(store, shop, tmp_path, states=lambda moment: (["ann"], np.array([[1.0]], np.float32)))
    rows = said(store)
    assert rows["ann", "purchase_7d", ""]["value"] > 0.9
    assert rows["bob", "purchase_7d", ""]["value"] == pytest.approx(0.5)


def test_no_scorers(store: DuckStore, shop: Shop, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="no scorers"):
        behaviour.write(store, shop, tmp_path)
