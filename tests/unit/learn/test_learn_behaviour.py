"""Scorers from a timeline: judged on later days, kept, and silent where there is nothing to say."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest

from onebasket.learn import behaviour
from onebasket.learn.measures import Told, reliability, summarise
from onebasket.scoring import load
from onebasket.shop import Shop
from onebasket.store.duckdb import DuckStore

Sell = Callable[..., None]
Rows = list[tuple[str, str, float]]


def comers(customers: int = 300, days: int = 130, seed: int = 0) -> Rows:
    """Customers who come by chance, each with a rate of its own that never changes."""
    random = np.random.default_rng(seed)
    rows = []
    for number in range(customers):
        rate = random.gamma(0.7, 0.05)
        visits = np.sort(random.random(random.poisson(rate * days)) * days)
        rows += [(f"c{number:03}", f"p{random.integers(6)}", float(visit)) for visit in visits]
    return [*rows, ("c000", "p0", 0.0), ("c000", "p0", float(days))]


def rows_of(store: DuckStore, table: str) -> list[dict[str, Any]]:
    return [row for batch in store.read(table) for row in batch.to_pylist()]


def choice(folder: Path) -> dict[str, Any]:
    told: dict[str, Any] = msgspec.json.decode((folder / "behaviour" / "choice.json").read_bytes())
    return told


def test_tasks_are_judged_kept_and_explained(
    store: DuckStore, sell: Sell, shop: Shop, tmp_path: Path
) -> None:
    sell(comers())
    behaviour(store, shop, tmp_path)
    scores = rows_of(store, "scores")
    assert {row["task"] for row in scores} == {"purchase_7d", "purchase_30d", "product_30d"}
    assert {row["split"] for row in scores} == {"validation", "test"}
    assert {row["model"] for row in scores} == {"base_rate", "recency_frequency", "boosting"}
    assert all(row["low"] <= row["high"] for row in scores)
    test = {
        (row["model"], row["metric"]): row
        for row in scores
        if (row["task"], row["split"]) == ("purchase_30d", "test")
    }
    chosen = next(model for (model, _), row in test.items() if row["chosen"])
    assert test[chosen, "auc"]["value"] > 0.75 > test["base_rate", "auc"]["value"] == 0.5
    assert test[chosen, "ece"]["value"] < test[chosen, "ece_chance"]["high"] + 0.03
    scorers = load(tmp_path / "behaviour")
    assert [scorer.task for scorer in scorers.each] == ["purchase_7d", "purchase_30d", "product_30d"]
    assert scorers.moment and scorers.moment > datetime(2024, 5, 1)
    points = [row for row in rows_of(store, "reliability") if row["task"] == "purchase_30d"]
    assert [row["bin"] for row in points] == list(range(1, 16))
    told = choice(tmp_path)
    assert "needs 298 days" in told["purchase_90d"]["note"]
    assert "too few" in told["return_30d"]["note"]
    assert told["purchase_30d"]["chosen"] == chosen


def test_twice_is_the_same(store: DuckStore, sell: Sell, shop: Shop, tmp_path: Path) -> None:
    sell(comers(60, 70))
    found = []
    for place in ("one", "two"):
        behaviour(store, shop, tmp_path / place)
        found.append((rows_of(store, "scores"), rows_of(store, "reliability")))
    assert found[0] == found[1]
    for path in (tmp_path / "one" / "behaviour").iterdir():
        assert path.read_bytes() == (tmp_path / "two" / "behaviour" / path.name).read_bytes()


def test_states_are_used_where_they_help(store: DuckStore, sell: Sell, shop: Shop, tmp_path: Path) -> None:
    """Half of the customers left, which only their states tell: those are looked at, and win."""
    random = np.random.default_rng(0)
    rows: Rows = []
    for number in range(240):
        leaves = random.random() * 120
        rows += [
            (f"c{number:03}", "p", float(day)) for day in np.arange(random.random() * 20, min(leaves, 60), 20)
        ]
    rows += [("end", "p", 60.0), ("end", "p", 0.0)]
    sell(rows)
    ids = sorted({who for who, _, _ in rows})
    first = datetime(2024, 1, 1)

    def states(moment: datetime) -> tuple[list[str], np.ndarray]:
        known = (moment - first).total_seconds() / 86_400
        after = [any(known <= day < known + 7 for who, _, day in rows if who == one) for one in ids]
        noise = [[zlib.crc32(f"{one}{n}".encode()) % 100 / 100 for n in range(3)] for one in ids]
        return ids, np.column_stack([after, noise]).astype(np.float32)

    behaviour(store, shop, tmp_path, states=states)
    (scorer,) = (each for each in load(tmp_path / "behaviour").each if each.task == "purchase_7d")
    assert scorer.method in ("states", "boosting_states") and scorer.needs_states
    models = {row["model"] for row in rows_of(store, "scores") if row["task"] == "purchase_7d"}
    assert models == {"base_rate", "recency_frequency", "boosting", "states", "boosting_states"}


@pytest.mark.parametrize(
    "rows",
    [
        [],
        [("a", "p", 0.0)],
        [(f"c{n}", f"p{n % 3}", 7.0) for n in range(20)],
        [("abc"[n], "p", float(n)) for n in range(3)],
        [(f"c{n}", "p", float(n % 200)) for n in range(60)],
        [("c", "p", float(day)) for day in range(0, 400, 10)],
        [*comers(20, 60), ("c000", "p0", 4_000.0)],
    ],
    ids=["nothing", "one", "one instant", "three customers", "once each", "one customer", "far ahead"],
)
def test_where_nothing_can_be_said(
    store: DuckStore, sell: Sell, shop: Shop, tmp_path: Path, rows: Rows
) -> None:
    sell(rows)
    behaviour(store, shop, tmp_path)
    told = choice(tmp_path)
    learned = {scorer.task for scorer in load(tmp_path / "behaviour").each}
    assert "note" in told or all(learned & {task} or each.get("note") for task, each in told.items())
    assert {row["task"] for row in rows_of(store, "scores")} - {"churn_90d"} == learned


def test_only_views(store: DuckStore, sell: Sell, shop: Shop, tmp_path: Path) -> None:
    sell(comers(20, 60), action="view")
    behaviour(store, shop, tmp_path)
    assert "no purchase" in choice(tmp_path)["note"]


def test_the_recommenders_scores_stay(store: DuckStore, sell: Sell, shop: Shop, tmp_path: Path) -> None:
    from onebasket.learn import learn

    sell(comers(40, 70))
    learn(store, shop, tmp_path)
    before = rows_of(store, "scores")
    for _ in range(2):
        behaviour(store, shop, tmp_path)
        assert [row for row in rows_of(store, "scores") if row["task"] == "next_products"] == before


class TestMeasures:
    """Measures on outcomes whose probabilities are known."""

    def told(self, distort: float = 1.0, rows: int = 20_000) -> Told:
        random = np.random.default_rng(0)
        truth = random.beta(1.0, 2.0, rows)
        goal = (random.random(rows) < truth).astype(np.float64)
        return Told(truth**distort, goal, np.arange(rows) // 2, False)

    def values(self, told: Told) -> dict[str, float]:
        return {score.metric: score.value for score in summarise(told, 0)}

    def test_right_probabilities_are_off_by_chance_only(self) -> None:
        found = {score.metric: score for score in summarise(self.told(), 0)}
        assert found["ece"].value < 0.02
        assert found["ece_chance"].low <= found["ece"].value <= found["ece_chance"].high * 1.3
        assert found["ece"].customers == 10_000

    def test_wrong_ones_are_found_out(self) -> None:
        right, wrong = self.values(self.told()), self.values(self.told(2.0))
        assert wrong["ece"] > 0.1 > right["ece"]
        assert wrong["auc"] == pytest.approx(right["auc"]) and wrong["brier"] > right["brier"]

    def test_by_hand(self) -> None:
        told = Told(np.array([0.1, 0.4, 0.4, 0.8]), np.array([0.0, 0.0, 1.0, 1.0]), np.arange(4), False)
        found = self.values(told)
        assert found["auc"] == pytest.approx(3.5 / 4)
        assert found["brier"] == pytest.approx((0.01 + 0.16 + 0.36 + 0.04) / 4)
        assert found["lift@10%"] == pytest.approx(2.0)

    def test_amounts_by_hand(self) -> None:
        told = Told(np.array([1.0, 2.0, 3.0]), np.array([1.0, 3.0, 5.0]), np.arange(3), True)
        found = self.values(told)
        assert (found["mae"], found["total_ratio"], found["mean"]) == (1.0, pytest.approx(6 / 9), 3.0)
        assert found["spearman"] == pytest.approx(1.0)

    def test_the_curve_is_where_it_should_be(self) -> None:
        points = reliability(self.told(), 0)
        assert [point.bin for point in points] == list(range(1, 16))
        assert sum(point.rows for point in points) == 20_000
        assert all(abs(point.expected - point.observed) < 0.05 for point in points)
        assert sum(point.low <= point.expected <= point.high for point in points) >= 12

    @pytest.mark.parametrize("goal", [0.0, 1.0])
    def test_one_row(self, goal: float) -> None:
        found = self.values(Told(np.array([0.5]), np.array([goal]), np.zeros(1, np.int64), False))
        assert "auc" not in found and found["brier"] == 0.25
        assert len(reliability(Told(np.array([0.5]), np.array([goal]), np.zeros(1, np.int64), False), 0)) == 1
