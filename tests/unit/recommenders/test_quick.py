"""What stands first, found fast, is what stands first in the scores of all items."""

from __future__ import annotations

from functools import cache

import msgspec
import numpy as np
import pytest

from onebasket.recommenders import EASE, Ahead, EASESettings, Events, Timeline, TimelineModelSettings
from onebasket.recommenders.chances import Chances, Market, Shown
from onebasket.recommenders.counts import Shares
from onebasket.recommenders.events import Mark
from onebasket.serve.lists import chosen
from onebasket.timeline.settings import TimelineSettings

ITEMS, PEOPLE, DAY = 450, 40, 86_400
NOW = 400 * DAY
NETWORK = TimelineSettings(width=16, length=12, negatives=8, learning_rate=0.01, epochs=2, batch=200)
ONE = np.zeros(1, np.int32)


def did(people: int, most: int, seed: int) -> Events:
    """Looks, purchases and searches about nothing; some did nothing."""
    random = np.random.default_rng(seed)
    users = np.sort(random.integers(0, people, most))
    actions = random.integers(1, 4, most)
    items = np.where(actions == 3, -1, random.integers(0, ITEMS, most))
    marks = (
        Mark("action", ("purchase", "view", "search"), actions.astype(np.uint8)),
        Mark("channel", ("web", "store"), random.integers(0, 3, most).astype(np.uint8)),
    )
    names = [f"u{user:02}" for user in range(people)]
    times = random.integers(NOW - 300 * DAY, NOW - DAY, most)
    return Events.of((users, items, times), (names, [f"i{item:03}" for item in range(ITEMS)]), marks)


@cache
def fitted(clock: bool = True, seen: str = "allow", half_life: float = 0.0, layers: int = 1) -> Timeline:
    network = msgspec.structs.replace(NETWORK, clock=clock, layers=layers)
    settings = TimelineModelSettings(
        network=network, seen=seen, half_life_days=half_life, shares=Shares(0.6, 2.0)
    )  # type: ignore[arg-type]
    events = did(PEOPLE, 900, 0)
    return Timeline(settings).fit(events.purchases(), 1, events=events)


@cache
def judging() -> Timeline:
    """With trees, fitted on who bought what by chance."""
    model, random = Timeline(), np.random.default_rng(3)
    model.__dict__.update(fitted().__dict__)
    model._forget()
    people = np.arange(PEOPLE, dtype=np.int32)
    candidates = Market(model.events, NOW).candidates(model.events)
    bought = (candidates.items % 5 == 0) | (random.random(len(candidates.rows)) < 0.2)
    model._chances = Chances.fit([Shown(people, candidates, bought, 0.0)], 1)
    model._ease = EASE(EASESettings(max_items=200)).fit(model.events.purchases_coded())
    return model


MODELS = {
    "with trees": judging,
    "blended": fitted,
    "without a clock": lambda: fitted(clock=False),
    "only what is new": lambda: fitted(seen="mask"),
    "of late": lambda: fitted(half_life=30.0),
}


def since(model: Timeline, count: int) -> Events:
    """What one person did last, coded as the model codes it; some of it before what is known already."""
    some = did(1, max(count, 1), 7).coded_by(["u00"], model.item_ids)
    return some.only(np.arange(len(some)) < count)


@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize("count", [0, 3, 30])
@pytest.mark.parametrize("user", ["u00", "u07", "nobody known"])
def test_it_says_what_the_scores_of_all_say(name: str, count: int, user: str) -> None:
    model = MODELS[name]()
    done = since(model, count)
    found, whole = model.ahead(user, done, NOW), model.after(user, done, NOW).scores(ONE)[0]
    if found is None:
        assert user == "nobody known" and not count
        return
    assert (np.diff(found.items) > 0).all()
    assert np.allclose(found.scores, whole[found.items], rtol=1e-4, atol=1e-4)
    others = np.delete(whole, found.items)
    assert not len(others) or others.max() <= found.scores.min() + 1e-4
    assert 10 < len(found.items) <= ITEMS


def test_asked_again_it_says_the_same() -> None:
    """What is counted for one person is forgotten for the next."""
    model = judging()
    first = model.ahead("u01", since(model, 3), NOW)
    model.ahead("u02", since(model, 30), NOW)
    again = model.ahead("u01", since(model, 3), NOW)
    assert first and again
    assert np.array_equal(first.items, again.items) and np.array_equal(first.scores, again.scores)


def test_deep_networks_are_asked_in_full() -> None:
    model = fitted(layers=2)
    assert model.ahead("u01", since(model, 3), NOW) is None


def test_what_stands_first_is_listed_first_and_all_others_behind_it() -> None:
    whole = np.array([0.1, 5.0, -np.inf, 0.3, 5.0, 0.3], np.float32)
    ahead, allowed = Ahead(np.array([1, 4], np.int32), whole[[1, 4]], lambda: whole), np.ones(6, np.bool_)
    assert chosen(ahead, allowed, 9) == chosen(whole, allowed, 9) == [1, 4, 3, 5, 0]
    assert (
        chosen(ahead, allowed, 4, pinned=[5, 2]) == chosen(whole, allowed, 4, pinned=[5, 2]) == [5, 2, 1, 4]
    )
    allowed[[1, 5]] = False
    assert chosen(ahead, allowed, 9) == chosen(whole, allowed, 9) == [4, 3, 0]
    assert [float(ahead[item]) for item in (4, 0)] == [5.0, pytest.approx(0.1)]


def test_the_first_of_all_scores() -> None:
    whole = np.round(np.random.default_rng(0).standard_normal(ITEMS), 1).astype(np.float32)
    whole[:400:3] = -np.inf
    allowed = np.ones(ITEMS, np.bool_)
    ahead = Ahead.of(whole)
    assert len(ahead.items) == 300 and chosen(ahead, allowed, ITEMS) == chosen(whole, allowed, ITEMS)
    assert not len(Ahead.of(np.full(9, -np.inf, np.float32)).items)


def test_nobody_asks_for_more_than_is_needed() -> None:
    def refuse() -> np.ndarray:
        raise AssertionError("nobody needs the scores of all items")

    ahead = Ahead(np.array([2, 3], np.int32), np.array([1, 2], np.float32), refuse)
    assert chosen(ahead, np.ones(9, np.bool_), 2) == [3, 2] and float(ahead[3]) == 2
