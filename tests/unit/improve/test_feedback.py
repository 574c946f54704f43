"""What came back of lists, on a day whose truth is known."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest

from onebasket.improve.feedback import Came, Feedback, joined
from onebasket.improve.off_policy import snips
from onebasket.improve.served import Served
from onebasket.shop import Experiment
from onebasket.store.duckdb import DuckStore

BEGAN = datetime(2026, 3, 2, 12)
NOW = BEGAN + timedelta(days=20)
Put = Callable[..., None]


def at(hours: float) -> datetime:
    """A moment of the story."""
    return BEGAN + timedelta(hours=hours)


def gave(number: int, hours: float, customer: str | None, items: str, **more: Any) -> Served:
    """A list that was served."""
    told = {"basis": "history", "model": "ease", "version": 1, **more}
    when = int(at(hours).replace(tzinfo=UTC).timestamp() * 1000)
    return Served(f"{number:032x}", when, customer, items=tuple(items.split()), **told)


def did(number: int, hours: float, action: str, **more: Any) -> dict[str, Any]:
    """An event of the timeline."""
    if "of" in more:
        more["list_id"] = f"{more.pop('of'):032x}"
    return {"event_id": f"e{number}", "ts": at(hours), "action": action, **more}


def bought(number: int, hours: float, who: str, product: str, paid: int, **more: Any) -> dict[str, Any]:
    """A purchase."""
    told = {"customer_id": who, "product_id": product, "net_amount_minor": paid, "order_id": f"o{number}"}
    return did(number, hours, "purchase", **{**told, **more})


def looked(store: DuckStore, lists: list[Served], days: int = 7) -> list[Came]:
    """What came of lists."""
    with joined(store, lists, NOW, days) as feedback:
        return feedback.came()


def test_clicks_are_joined_by_list_and_product(store: DuckStore, put: Put) -> None:
    put("timeline", [
        did(1, 1, "product_list_viewed", of=1, product_id="tea"),
        did(2, 1.1, "view", of=1, product_id="milk"),
        did(3, 1.2, "view", of=1, product_id="milk"),  # the same again
        did(4, 1.2, "cart", of=1, product_id="bread"),  # stands on no list of that id
        did(5, 1.3, "view", of=9, product_id="tea"),  # a list that nobody served
        did(6, 1.4, "view", product_id="tea"),
    ])  # fmt: skip
    (came,) = looked(store, [gave(1, 1, "ann", "tea milk"), gave(2, 2, "bob", "tea")])
    assert came == Came("", "history", "", "champion", 2, 1, 3, 1, 1, 0, 0)


def test_purchases_come_of_the_latest_list_with_the_product(store: DuckStore, put: Put) -> None:
    put("timeline", [
        bought(1, 30, "ann", "tea", 250),
        bought(2, 31, "ann", "bread", 90),  # on no list
        bought(3, 32, "bob", "tea", 250),  # another customer
        bought(4, 24 * 9, "ann", "milk", 120),  # after the days that count
        bought(5, 0.5, "ann", "milk", 120),  # before
    ])  # fmt: skip
    lists = [gave(1, 1, "ann", "tea milk", placement="home"), gave(2, 2, "ann", "tea", placement="cart")]
    cart, home = looked(store, lists)
    assert (cart.placement, cart.purchases, cart.net_minor) == ("cart", 1, 250)
    assert (home.placement, home.purchases, home.net_minor) == ("home", 0, 0)


def test_a_purchase_under_the_id_of_a_list_needs_no_customer(store: DuckStore, put: Put) -> None:
    put("timeline", [bought(1, 3, "zoe", "tea", 200, list_id=f"{1:032x}")])
    (came,) = looked(store, [gave(1, 1, None, "tea")])
    assert (came.purchases, came.net_minor, came.seen) == (1, 200, 1)


def test_customers_are_known_under_later_ids(store: DuckStore, put: Put) -> None:
    put("supersessions", [{"kind": "customer", "old_id": "cookie", "new_id": "ann", "why": "merged"}])
    put("timeline", [bought(1, 3, "ann", "tea", 200)])
    (came,) = looked(store, [gave(1, 1, "cookie", "tea")])
    assert came.purchases == 1


def test_lists_of_nothing_count(store: DuckStore) -> None:
    (came,) = looked(store, [gave(1, 1, "ann", "")])
    assert (came.lists, came.places) == (1, 0)
    assert looked(store, []) == []


def trial(store: DuckStore, lists: list[Served], outcome: Any = "orders", since: int = 0) -> Any:
    """What the customers of an experiment did."""
    with joined(store, lists, NOW, 7) as feedback:
        found = feedback.dealt(Experiment("x", outcome=outcome, days=7), since)
    sums = {arm: each.sums.tolist() for arm, each in found.outcomes.items()}  # type: ignore[union-attr]
    return sums, found


def test_outcomes_are_a_sum_a_customer_whose_days_are_over(store: DuckStore, put: Put) -> None:
    put("timeline", [
        bought(1, 3, "ann", "tea", 200), bought(2, 3, "ann", "milk", 100, order_id="o1"),
        bought(3, 9, "ann", "tea", 200), bought(4, 24 * 8, "ann", "tea", 200),  # after the days that count
        bought(5, 0, "bob", "tea", 200),  # before the first list
        bought(6, 24 * 15, "dan", "tea", 200),
    ])  # fmt: skip
    dealt = {"experiment": "x"}
    lists = [
        gave(1, 1, "ann", "tea", **dealt), gave(2, 2, "ann", "tea", **dealt),
        gave(3, 1, "bob", "tea", arm="challenger", **dealt),
        gave(4, 1, "cat", "tea", arm="challenger", **dealt),
        gave(5, 24 * 14, "dan", "tea", **dealt),  # whose days are not over
        gave(6, 1, "eve", "tea"), gave(7, 1, None, "tea", **dealt),  # not dealt
        gave(8, 1, "fay", "tea", experiment="y"),
    ]  # fmt: skip
    sums, found = trial(store, lists)
    assert sums == {"champion": [2.0], "challenger": [0.0, 0.0]}
    assert found.customers == {"champion": 1, "challenger": 2} and found.crossed == 0
    assert trial(store, lists, "revenue")[0]["champion"] == [500.0]


def test_clicks_are_a_share_of_lists(store: DuckStore, put: Put) -> None:
    put("timeline", [did(1, 1.5, "view", of=1, product_id="tea"), did(2, 2, "product_list_viewed", of=2)])
    lists = [gave(number, number, "ann", "tea", experiment="x") for number in (1, 2, 3)]
    sums, found = trial(store, lists, "clicks")
    assert sums["champion"] == [1.0]
    assert found.outcomes["champion"].exposures.tolist() == [3.0]


def test_who_got_lists_of_both_arms_counts_for_the_first(store: DuckStore, put: Put) -> None:
    put("supersessions", [{"kind": "customer", "old_id": "cookie", "new_id": "ann", "why": "merged"}])
    lists = [
        gave(1, 1, "cookie", "tea", experiment="x", arm="challenger"),
        gave(2, 5, "ann", "tea", experiment="x"),
    ]  # fmt: skip
    sums, found = trial(store, lists)
    assert sums == {"champion": [], "challenger": [0.0]} and found.crossed == 1


def test_lists_before_the_arms_were_changed_do_not_count(store: DuckStore) -> None:
    since = int(at(2).replace(tzinfo=UTC).timestamp() * 1000)
    lists = [gave(1, 1, "ann", "tea", experiment="x"), gave(2, 3, "ann", "tea", experiment="x")]
    assert trial(store, lists, since=since)[0]["champion"] == [0.0]
    assert trial(store, lists[:1], since=since)[0]["champion"] == []


def test_rounds_are_the_places_left_to_chance(store: DuckStore, put: Put) -> None:
    put("timeline", [did(1, 1.5, "view", of=1, product_id="milk")])
    chance = {"propensity": (1.0, 0.25), "other": (1.0, 0.5)}
    lists = [
        gave(1, 1, "ann", "pin milk", **chance), gave(2, 1, "bob", "pin tea", **chance),
        gave(3, 1, "cat", "tea"), gave(4, 1, "dan", "pin tea", arm="challenger", **chance),
        gave(5, 24 * 20, "eve", "pin tea", **chance),  # too late to know what came back
    ]  # fmt: skip
    with joined(store, lists, NOW, 7) as feedback:
        found = feedback.rounds()
    assert found is not None
    rounds, expected = found
    assert np.asarray(rounds.reward).tolist() == [1.0, 0.0] and len(expected) == 2
    assert np.asarray(rounds.propensity).tolist() == [0.25, 0.25]
    assert np.asarray(rounds.probability).tolist() == [0.5, 0.5]
    with joined(store, lists[2:], NOW, 7) as feedback:
        assert feedback.rounds() is None


def test_a_challengers_value_is_found_from_the_champions_lists(store: DuckStore, put: Put) -> None:
    """The champion shows a or b at even odds; one in two clicks b, one in ten a; the challenger shows b."""
    random = np.random.default_rng(5)
    lists, events = [], []
    for number in range(3_000):
        shown = "ab"[int(random.integers(2))]
        lists.append(gave(number, number / 100, f"c{number}", shown, propensity=(0.5,),
                          other=(0.9 if shown == "b" else 0.1,)))  # fmt: skip
        if random.random() < {"a": 0.1, "b": 0.5}[shown]:
            events.append(did(number, number / 100, "view", of=number, product_id=shown))
    put("timeline", events)
    with joined(store, lists, NOW, 7) as feedback:
        found = feedback.rounds()
    assert found is not None
    value = snips(found[0])
    assert value.low < 0.46 < value.high and value.reliable and value.gain.low > 0


@pytest.mark.parametrize("count", [0, 1, 20_001])
def test_all_lists_are_read(store: DuckStore, count: int) -> None:
    found = looked(store, [gave(number, 1, None, "tea") for number in range(count)])
    assert sum(each.lists for each in found) == count


def test_nothing_is_left_behind(store: DuckStore) -> None:
    with joined(store, [gave(1, 1, None, "tea")], NOW, 7) as feedback:
        assert isinstance(feedback, Feedback)
    left = store.query("select table_name from duckdb_tables() where table_name like 'improve%'").fetchall()
    assert left == []
