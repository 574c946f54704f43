"""Why a product is recommended, in a shop where everything is known."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from onebasket.apply.recommend import Recommendation
from onebasket.explain import Because, Wording, recommended
from onebasket.recommenders import Reason, Step, Why
from onebasket.shop import Identity, Shop
from onebasket.store.duckdb import DuckStore

START = datetime(2024, 1, 1)
NOW = START + timedelta(days=100)


@pytest.fixture(autouse=True)
def world(put: Callable[..., None]) -> None:
    """Ann buys tea every ten days and a cup once; she viewed milk and looked for something."""
    catalogue = [("tea", "Hill"), ("cup", "Hill"), ("milk", "Dale"), ("bread", "Dale"), ("odd", None)]
    put(
        "catalogue",
        [
            {"product_id": item, "title": item.title(), "brand": brand, "active": True}
            | {"category": "unknown" if item == "odd" else f"Food > {'Hot' if item == 'tea' else 'Cold'}"}
            for item, brand in catalogue
        ],
    )
    did = [("ann", "purchase", "tea", day) for day in (60, 70, 80, 90)]
    did += [("ann", "purchase", "cup", 97), ("ann", "view", "milk", 99), ("ann", "search", None, 99)]
    did += [("ann", "purchase", "bread", 98)]  # given back
    for number in range(4):  # others buy bread with tea, and twice with a cup
        did += [(f"c{number}", "purchase", item, 30 + number) for item in ("bread", "tea")]
    did += [(f"c{number}", "purchase", "cup", 30 + number) for number in (0, 1)]
    did += [("eve", "view", "tea", 100)]
    put(
        "timeline",
        [
            {"event_id": f"e{place}", "customer_id": who, "action": action, "product_id": item}
            | {"ts": START + timedelta(days=day), "order_id": f"{who}{day}" if action == "purchase" else None}
            | {"query": "a secret" if action == "search" else None}
            | {"net_quantity": 0.0 if (who, item) == ("ann", "bread") else 1.0}
            for place, (who, action, item, day) in enumerate(did)
        ],
    )


def told(store: DuckStore, item: str, *reasons: Reason, who: str = "ann") -> tuple[Because, ...]:
    each = Recommendation(1, item, item.title(), "Food", 1.0, "timeline")
    (found,) = recommended(store, who, [(each, Why(item, 1.0, 1, reasons))])
    assert recommended(store, who, [(each, Why(item, 1.0, 1, reasons))]) == [found]
    return found


def reason(item: str | None, action: str, day: int | None, contribution: float, rank: int = 9) -> Reason:
    time = None if day is None else int((START + timedelta(days=day)).replace(tzinfo=UTC).timestamp())
    return Reason(0, Step(item, action, time), contribution, rank)


def test_what_is_bought_regularly(store: DuckStore) -> None:
    regular, together, brand = told(store, "tea")
    assert regular == Because("regular", {"days": 4, "every_days": 10, "days_ago": 10})
    assert brand.values["product_id"] == "cup" and brand.values["days_ago"] == 3
    assert together == Because("together", {"product_id": "cup", "title": "Cup", "orders": 2})


def test_what_goes_with_it_and_what_is_like_it(store: DuckStore) -> None:
    together, brand, category = told(store, "bread")
    assert together == Because("together", {"product_id": "tea", "title": "Tea", "orders": 4})
    assert brand == Because(
        "brand",
        {"brand": "Dale", "product_id": "milk", "title": "Milk", "action": "view", "days_ago": 1},
    )
    assert category.values["product_id"] == "cup"  # bought comes before viewed, though longer ago
    assert category.values["category"] == "Food > Cold"


def test_bought_once_and_nothing_known(store: DuckStore) -> None:
    assert told(store, "cup")[0] == Because("again", {"days": 1, "days_ago": 3})
    assert told(store, "odd") == (Because("popular", {"customers": 0}),)
    assert told(store, "tea", who="nobody") == (Because("popular", {"customers": 5}),)
    assert recommended(store, "ann", []) == []


def test_events_that_raise_it_most_come_first(store: DuckStore) -> None:
    found = told(
        store, "odd", reason("tea", "purchase", 90, 3.0), reason("milk", "view", 99, 2.0),
        reason("milk", "view", 99, 1.5), reason(None, "search", 99, 1.0), reason("cup", "purchase", 97, 0.9),
        reason("cup", "purchase", 97, 0.2), reason("bread", "purchase", 98, -1.0),
    )  # fmt: skip
    assert [(each.values["product_id"], each.values["days_ago"]) for each in found] == [
        ("tea", 10), ("milk", 1), (None, 1),
    ]  # fmt: skip
    assert [each.values["contribution"] for each in found] == [3.0, 2.0, 1.0]
    little = told(store, "odd", reason("tea", "purchase", 90, 3.0), reason("milk", "view", 99, 0.2))
    assert len(little) == 1


def test_a_model_without_times_means_all_purchases(store: DuckStore) -> None:
    (event,) = told(store, "odd", reason("tea", "purchase", None, 3.0))
    assert (event.values["days_ago"], event.values["single"]) == (10, False)


def test_a_model_that_cannot_tell_leaves_the_facts(store: DuckStore) -> None:
    each = Recommendation(1, "tea", "Tea", "Food", 1.0, "ials")
    (found,) = recommended(store, "ann", [(each, None)])
    assert [one.kind for one in found] == ["regular", "together", "brand"]


ENGLISH = [
    "bought Tea 10 days ago; at place 12 without it",
    "viewed Milk yesterday; at place 9 without it",
    "searched for something yesterday; at the same place without it",
]
FACTS = [
    "others bought it in 4 orders together with Tea",
    "of the brand Dale, like Milk (viewed yesterday)",
    "in the category Cold, like Cup (bought 3 days ago)",
    "bought on 4 days, about every 10 days, last 10 days ago",
    "bought before, last 3 days ago",
    "customers who bought it: 5",
    "bought Tea, last 10 days ago; at place 9 without it",
]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_in_words(store: DuckStore, shop: Shop, language: str) -> None:
    words = Wording(msgspec.structs.replace(shop, shop=Identity("Test", language=language)))
    events = told(
        store, "bread", reason("tea", "purchase", 90, 3.0, 12), reason("milk", "view", 99, 2.0),
        reason(None, "search", 99, 1.0, 1),
    )  # fmt: skip
    more = [*events[3:], told(store, "tea")[0], told(store, "cup")[0]]
    more += [*told(store, "tea", who="nobody"), told(store, "odd", reason("tea", "purchase", None, 1.0))[0]]
    said = [words.because(each) for each in [*events[:3], *more]]
    if language == "en":
        assert said == [*ENGLISH, *FACTS]
    else:
        assert said[0] == "10 天前购买了 Tea；若无此事件，则排第 12 位"
        assert all(any("\u4e00" <= sign <= "\u9fff" for sign in each) for each in said)
        assert not any("{" in each or "bought" in each for each in said)
    assert "secret" not in "".join(said)
    unforeseen = Because("event", events[0].values | {"action": "wish_list"})
    assert "wish_list" in words.because(unforeseen)
