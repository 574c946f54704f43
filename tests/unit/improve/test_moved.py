"""What has moved, where it is known that it has, and that it has not."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import numpy as np
import pytest

from onebasket import drift
from onebasket.improve import moved
from onebasket.improve.moved import Event
from onebasket.store.duckdb import DuckStore

START = datetime(2026, 3, 1)
Put = Callable[..., None]


@pytest.fixture
def told(put: Put) -> None:
    """Three hundred customers who look at tea in the app, and a till nobody asks about."""
    put(
        "catalogue",
        [{"product_id": "tea", "category_top": "Drinks"}, {"product_id": "cup", "category_top": "Home"}],
    )
    random, rows = np.random.default_rng(1), []
    for number in range(300):
        for place, (channel, action) in enumerate((("app", "view"), ("store", "purchase"))):
            rows.append({
                "event_id": f"{number}-{place}", "ts": START + timedelta(hours=number % 90),
                "customer_id": f"c{number}", "action": action, "channel": channel, "product_id": "tea",
                "amount_minor": int(random.integers(100, 200)), "quantity": 1.0,
            })  # fmt: skip
    put("timeline", rows)


def asked(store: DuckStore, product: str, low: int, count: int = 300) -> dict[str, str | None]:
    """The verdicts where so many customers now look at a product of about that price."""
    random = np.random.default_rng(7)
    now = [Event("view", "app", product, int(random.integers(low, low + 100)), 1.0) for _ in range(count)]
    found = moved.inputs(store, ["app"], START, now)
    return {each.name: each.drift.verdict if each.drift else None for each in found}


@pytest.mark.usefixtures("told")
def test_the_same_is_stable(store: DuckStore) -> None:
    assert set(asked(store, "tea", 100).values()) == {"stable"}


@pytest.mark.usefixtures("told")
def test_another_category_and_price_have_drifted(store: DuckStore) -> None:
    found = asked(store, "cup", 900)
    assert found == {"action": "stable", "channel": "stable", "category": "drifted", "price": "drifted"}


@pytest.mark.usefixtures("told")
def test_few_customers_say_nothing(store: DuckStore) -> None:
    assert set(asked(store, "cup", 900, 99).values()) == {None}


@pytest.mark.usefixtures("told")
def test_other_channels_and_earlier_events_do_not_count(store: DuckStore) -> None:
    (action, *_) = moved.inputs(store, ["app"], START + timedelta(hours=60), [])
    assert action.rows == (90, 0)  # hours 60 to 89, three or four customers each
    assert moved.inputs(store, ["kiosk"], START, [])[0].rows == (0, 0)


def test_scores(store: DuckStore, put: Put) -> None:
    random = np.random.default_rng(2)
    put("behaviour_scores", [
        {"customer_id": f"c{number:03}", "task": task, "target": "", "value": float(random.beta(2, shape))}
        for number in range(500) for task, shape in (("churn_90d", 2), ("purchase_30d", 9))
    ])  # fmt: skip
    then = {task: drift.summarise_numbers(random.beta(2, 2, 800)) for task in ("churn_90d", "purchase_30d")}
    churn, purchase = moved.scores(store, then)
    assert churn.drift and purchase.drift and churn.rows == (800, 500)
    assert (churn.drift.verdict, purchase.drift.verdict) == ("stable", "drifted")
    assert purchase.drift.ks and purchase.drift.ks > 0.3
