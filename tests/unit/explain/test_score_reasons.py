"""Why a customer has a score, where it is known what makes it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import msgspec
import numpy as np
import pytest

from onebasket import scoring
from onebasket.apply import behaviour
from onebasket.errors import ModelError
from onebasket.explain import Influence, Wording, expected
from onebasket.explain.features import feature_of, topic_of
from onebasket.explain.scores import grouped
from onebasket.scoring import Scorer, Scorers, save
from onebasket.scoring.calibration import Calibrator
from onebasket.scoring.learners import Constant, Linear
from onebasket.shop import Identity, Shop
from onebasket.store.duckdb import DuckStore

Put = Callable[..., None]
START = datetime(2024, 1, 1)
NOW = START + timedelta(days=99, microseconds=1)


@pytest.fixture(autouse=True)
def events(put: Put) -> None:
    did = [("ann", "tea", 1), ("ann", "tea", 93), ("ann", "cup", 90), ("bob", "milk", 3), ("bob", "tea", 99)]
    rows = [
        {"customer_id": who, "product_id": item, "ts": START + timedelta(days=day), "event_id": f"e{place}"}
        | {"order_id": f"o{place}", "action": "purchase", "amount_minor": 1_200, "channel": "web"}
        for place, (who, item, day) in enumerate(did)
    ]
    rows.append({"customer_id": "eve", "ts": START, "event_id": "v", "action": "view", "channel": "app"})
    put("timeline", rows)
    put("catalogue", [{"product_id": item, "category_top": item[0], "title": item.title()}
                      for item in ("tea", "cup", "milk")])  # fmt: skip


def linear(task: str, columns: tuple[str, ...], *weights: float) -> Scorer:
    nothing = (0.0,) * len(columns)
    ages = tuple(365.0 if name.endswith("_days") else 0.0 for name in columns)
    learner = Linear(False, ages, nothing, (1.0,) * len(columns), (*weights, 0.5))
    return Scorer(task, "recency_frequency", False, columns, (learner,), Calibrator())


COLUMNS = ("order_last_days", "orders_90d", "orders", "view@app_30d")
OFTEN = linear("purchase_90d", COLUMNS, -0.1, 0.4, 0.3, 5.0)


def kept(store: DuckStore, shop: Shop, folder: Path, *scorers: Scorer) -> Path:
    save(folder / behaviour.FOLDER, Scorers(START, scorers))
    behaviour.write(store, shop, folder)
    return folder


def test_what_is_known_and_what_it_does(store: DuckStore, shop: Shop, tmp_path: Path) -> None:
    churn, purchase = expected(store, kept(store, shop, tmp_path, OFTEN), "ann")
    assert (purchase.task, churn.task) == ("purchase_90d", "churn_90d")
    often, recent = purchase.influences
    assert often.contribution == pytest.approx(0.4 * 2 + 0.3 * 3)  # two of the three orders are of late
    assert (often.topic, often.feature, often.value, often.raises) == ("frequency", "orders", 3.0, True)
    assert (recent.topic, recent.raises, recent.strength) == ("recency", False, "strong")
    assert recent.contribution == pytest.approx(-0.1 * 6) and recent.share == pytest.approx(0.6 / 2.3)
    assert [each.contribution for each in churn.influences] == [-often.contribution, -recent.contribution]
    assert churn.value == pytest.approx(1 - purchase.value) and churn.as_of == NOW
    odds = sum(each.contribution for each in purchase.influences) + 0.5
    assert purchase.value == pytest.approx(1 / (1 + np.exp(-odds)))


def test_what_never_happened_may_count(store: DuckStore, shop: Shop, tmp_path: Path) -> None:
    (purchase,) = expected(store, kept(store, shop, tmp_path, OFTEN), "eve")
    (never,) = purchase.influences
    assert (never.feature, never.strength) == ("order_last_days", "strong") and np.isnan(never.value)


def test_candidates_and_the_same_for_all(store: DuckStore, shop: Shop, tmp_path: Path) -> None:
    product = linear("product_30d", ("bought_365d", "buyers_90d"), 1.0, 0.1)
    same = Scorer("purchase_7d", "base_rate", False, (), (Constant(0.3),), Calibrator())
    folder = kept(store, shop, tmp_path, same, product)
    (one,) = expected(store, folder, "ann")
    assert (one.task, one.value, one.influences) == ("purchase_7d", pytest.approx(0.3), ())
    best, *_ = expected(store, folder, "ann", "product_30d")
    assert (best.target, best.title) == ("tea", "Tea")
    assert [each.topic for each in best.influences] == ["bought_it", "popularity"]
    assert best.influences[0].contribution == 2.0


def test_what_cannot_be_told_is_said(store: DuckStore, shop: Shop, tmp_path: Path) -> None:
    folder = kept(store, shop, tmp_path, OFTEN)
    for who, task, match in (("ann", "weather", "task"), ("nobody", None, "no scores")):
        with pytest.raises(ModelError, match=match) as raised:
            expected(store, folder, who, task)
        assert raised.value.next_step and "nobody" not in str(raised.value)
    save(folder / behaviour.FOLDER, Scorers(START, ()))
    with pytest.raises(ModelError, match="No scorer"):
        expected(store, folder, "ann")


def test_states_are_asked_for(store: DuckStore, shop: Shop, tmp_path: Path) -> None:
    def states(moment: datetime) -> tuple[list[str], np.ndarray]:
        return ["ann"], np.array([[1.0]], np.float32)

    scorer = linear("purchase_7d", ("state_0",), 3.0)
    save(tmp_path / behaviour.FOLDER, Scorers(START, (scorer,)))
    behaviour.write(store, shop, tmp_path, states=states)
    with pytest.raises(ModelError, match="states"):
        expected(store, tmp_path, "ann")
    (one,) = expected(store, tmp_path, "ann", states=lambda: states)
    assert one.influences[0].topic == "states" and one.influences[0].contribution == 3.0


def test_topics_keep_the_sum_and_a_fixed_order() -> None:
    names = ["orders", "orders_7d", "known_days", "discount_share", "overdue"]
    parts = np.array([0.5, -0.2, 0.3, -0.3, 0.0])
    made = grouped(names, [1.0] * 5, parts)
    assert [each.topic for each in made] == ["acquaintance", "discounts", "frequency"]
    assert made[2].feature == "orders" and made[2].contribution == pytest.approx(0.3)
    assert sum(each.contribution for each in made) == pytest.approx(parts.sum())
    assert sum(each.share for each in made) == pytest.approx(1)
    back = grouped(names[::-1], [1.0] * 5, parts[::-1])
    assert [(each.topic, each.feature) for each in back] == [(each.topic, each.feature) for each in made]
    assert grouped(names, [1.0] * 5, np.zeros(5)) == ()


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_column_has_words(store: DuckStore, shop: Shop, language: str) -> None:
    words = Wording(msgspec.structs.replace(shop, shop=Identity("Test", "EUR", language=language)))
    with scoring.events(store) as span:
        assert span
        customers = scoring.customers_at(store, span.now)
        with scoring.candidates(store, span.now):
            pairs, _ = scoring.pairs_at(store, "product", span.now, span.now, customers, scoring.EVERYBODY)
    names = {*customers.names, *pairs.names, "state_7"}
    said = {}
    for name in names:
        for value in (3.0, float("nan")):
            said[name] = words.influence(Influence(topic_of(name), name, value, 0.4, 0.3))
            assert "{" not in said[name] and "_" not in said[name]
            assert language == "en" or any("\u4e00" <= sign <= "\u9fff" for sign in said[name])
    assert {topic_of(name) for name in names if "view" not in name} <= {
        "frequency", "money", "variety", "returns", "bought_it", "looked_at_it", "popularity", "recency",
        "acquaintance", "rhythm", "rhythm_of_it", "discounts", "states",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("name", "value", "english", "chinese"),
    [
        ("order_last_days", 6.2, "last bought: 6 days ago", "上次购买：6 天前"),
        ("order_last_days", float("nan"), "last bought: never", "上次购买：从未"),
        ("orders_90d", 4, "orders in the last 90 days: 4", "最近 90 天的订单数：4"),
        ("view_7d", 12, "views in the last 7 days: 12", "最近 7 天的浏览：12"),
        ("view@web_30d", 2, "views (Web) in the last 30 days: 2", "最近 30 天的浏览（官网）：2"),
        ("customer_amount_90d", 12_345, "spent in the last 90 days: €123", "最近 90 天的消费：€123"),
        ("discount_share", 0.125, "share of discounts: 12\u202f%", "折扣所占比例：12%"),
    ],
)
def test_words(shop: Shop, name: str, value: float, english: str, chinese: str) -> None:
    for language, said in (("en", english), ("zh", chinese)):
        words = Wording(msgspec.structs.replace(shop, shop=Identity("Test", "EUR", language=language)))
        assert words.influence(Influence(topic_of(name), name, value, 0.4, 0.3)) == said


def test_effects_and_unforeseen_columns(shop: Shop) -> None:
    words = Wording(shop)
    effects = [words.effect(Influence("x", "x", 1.0, sign, share))
               for sign in (1.0, -1.0) for share in (0.5, 0.15, 0.01)]  # fmt: skip
    assert effects == [
        f"{does} it{how}" for does in ("raises", "lowers") for how in (" strongly", "", " slightly")
    ]
    assert feature_of("wish_7d").topic == "wish"
    assert words.influence(Influence("wish", "wish_7d", 2.0, 1.0, 1.0)) == "wish in the last 7 days: 2"
