"""Worlds in which it is known which event carries an item."""

from __future__ import annotations

from typing import Any

import msgspec
import numpy as np
import pytest

from onebasket.recommenders import (
    Events,
    Interactions,
    SequentialRules,
    SequentialRulesSettings,
    Timeline,
    TimelineModelSettings,
)
from onebasket.recommenders.chances import Chances, Shown
from onebasket.recommenders.counts import Shares
from onebasket.recommenders.events import PURCHASE, Mark
from onebasket.recommenders.reasons import Step
from onebasket.recommenders.timeline import _linear
from onebasket.timeline.settings import TimelineSettings

DAY, ITEMS, PEOPLE = 86_400, 20, 150
TINY = TimelineSettings(
    width=16, length=6, dropout=0.1, negatives=10, batch=150, learning_rate=0.01, averaging=0.9, epochs=16
)


def key_and_lock() -> Events:
    """Everybody does anything, in any order; only the lock is always bought after the key was viewed."""
    random = np.random.default_rng(0)
    rows: list[tuple[int, str, int, str]] = []
    for person in range(PEOPLE):
        done = [(f"i{random.integers(ITEMS):02}", random.choice([PURCHASE, "view"])) for _ in range(8)]
        if person % 2:
            done[4:4] = [("key", "view"), ("lock", PURCHASE)]
        if person == 1:  # has looked at the key only now
            done = [*done[:4], *done[6:8], ("", "search"), ("i03", "view"), ("key", "view")]
        rows += [(person, item, (place + 1) * DAY, action) for place, (item, action) in enumerate(done)]
    names = sorted({item for _, item, _, _ in rows if item})
    actions = [PURCHASE, "search", "view"]
    columns = (
        np.array([person for person, *_ in rows]),
        np.array([names.index(item) if item else -1 for _, item, _, _ in rows]),
        np.array([time for _, _, time, _ in rows]),
    )
    done = Mark.of("action", np.array([actions.index(row[3]) for row in rows]), actions, PURCHASE)
    return Events.of(columns, ([f"u{person:03}" for person in range(PEOPLE)], names), [done])


def fitted(**changes: Any) -> Timeline:
    settings = msgspec.structs.replace(
        TimelineModelSettings(network=TINY, seen="allow", shares=Shares(0.6, 0.5)), **changes
    )
    events = key_and_lock()
    return Timeline(settings).fit(events.purchases(), seed=2, events=events)


def with_trees(model: Timeline) -> Timeline:
    """The same model, in which trees decide, that learned from what everybody did that counted."""
    everybody = np.arange(PEOPLE, dtype=np.int32)
    events = model.events.take(everybody)
    histories = model._lines.of(events)
    now = np.full(PEOPLE, model._now)
    voices = model._voices(histories, model._lines.asked(histories, now), events)
    model._ease = _linear(model.events)
    shown = model._market.candidates(events, model._speakers(voices, events))
    assert voices[2] is not None
    bought = voices[2][shown.rows, shown.items] > voices[2].min()
    model._chances = Chances.fit([Shown(everybody, shown, bought, 0.0)], seed=0)
    return model


def test_what_follows_one_event_only_is_carried_by_it() -> None:
    (why,) = fitted().why("u001", ["lock"])
    best, *others = why.reasons
    assert best.step == Step("key", "view", 9 * DAY) and best.place == 8
    assert best.contribution > 0.5 * sum(each.contribution for each in why.reasons if each.contribution > 0)
    assert all(best.contribution > 2 * each.contribution for each in others)
    assert why.rank == 1 < best.rank


def test_counts_are_carried_by_what_was_followed() -> None:
    """B follows A alone; who bought C and A lately is told B because of A."""
    lists = ["ab", "ab", "cd", "cd", "dc", "ca"]
    rows = [(who, item, place) for who, items in enumerate(lists) for place, item in enumerate(items)]
    users, items, times = (np.array(column) for column in zip(*rows, strict=True))
    names = ["a", "b", "c", "d"]
    bought = Interactions.of(
        users, np.searchsorted(names, items), times, [f"u{n}" for n in range(len(lists))], names
    )
    rules = SequentialRules(SequentialRulesSettings(window=1, backward=0.0)).fit(bought)
    (why,) = rules.why("u5", ["b"])
    assert [(each.step, each.place) for each in why.reasons] == [(Step("a", PURCHASE, None), 1)]
    assert why.reasons[0].contribution > 0.5 * why.score and why.reasons[0].rank > why.rank == 1


@pytest.mark.parametrize("trees", [False, True])
def test_one_batch_says_what_one_by_one_says(trees: bool) -> None:
    """The network, the counts and the trees are asked for each altered history alone."""
    model = with_trees(fitted()) if trees else fitted()
    items, who = list(model.item_ids), model.user_codes["u001"]
    mine = np.flatnonzero(model.events.users == who)
    told = {why.item: {r.place: r for r in why.reasons} for why in model.why("u001", items)}
    scores = model.scores(np.array([who], np.int32))[0]
    now, market, events = model._now, model._market, model.events
    for place in range(len(mine)):
        model.events = events.only(np.arange(len(events)) != mine[place])
        model._now, model._market = now, market  # of all people, as they were
        left = model.scores(np.array([who], np.int32))[0]
        for code, item in enumerate(items):
            reason = told[item].get(place)
            if place < len(mine) - TINY.length:
                assert reason is None
            else:
                found = reason.contribution if reason else 0.0
                assert found == pytest.approx(scores[code] - left[code], abs=3e-3)
                rank = 1 + (left > left[code]).sum() + (left[:code] == left[code]).sum()
                assert reason is None or reason.rank == pytest.approx(rank, abs=1)
        model.events = events
    assert any(told.values())


def test_no_more_events_are_weighed_than_the_network_looks_at() -> None:
    model = fitted()
    places = {reason.place for why in model.why("u003", model.item_ids) for reason in why.reasons}
    assert places <= set(range(4, 10)) and max(places) == 9


def test_an_event_about_no_product_may_carry_one() -> None:
    model = fitted()
    steps = {reason.step for why in model.why("u001", model.item_ids) for reason in why.reasons}
    assert Step(None, "search", 7 * DAY) in steps
