"""Rules are counted as they are defined."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from onebasket.recommenders import Interactions, Ragged, SequentialRules, SequentialRulesSettings
from onebasket.recommenders.sequential_rules import followed, followers

ITEMS = 7
HISTORIES = st.lists(st.lists(st.integers(0, ITEMS - 1), max_size=8), min_size=1, max_size=8)


def ragged(lists: list[list[int]]) -> Ragged:
    items = np.array([item for each in lists for item in each], np.int32)
    starts = np.concatenate([[0], np.cumsum([len(each) for each in lists])]).astype(np.int64)
    return Ragged(starts, items, np.ones(len(items), np.float32))


def written_out(lists: list[list[int]], asked: SequentialRulesSettings) -> dict[tuple[int, int], float]:
    """The definition, pair by pair."""
    sums: dict[tuple[int, int], float] = defaultdict(float)
    bought = np.bincount([item for each in lists for item in each], minlength=ITEMS)
    for each in lists:
        for early, one in enumerate(each):
            for late in range(early + 1, min(len(each), early + asked.window + 1)):
                near = asked.nearness ** (late - early - 1)
                sums[one, each[late]] += near
                sums[each[late], one] += near * asked.backward
    damped = (bought + asked.shrinkage) ** -asked.power
    return {pair: value * damped[pair[0]] * damped[pair[1]] for pair, value in sums.items() if value}


@settings(deadline=None)  # the first call compiles
@given(HISTORIES, st.sampled_from([0.0, 0.5, 1.0]), st.integers(1, 4))
def test_rules_are_what_they_say(lists: list[list[int]], backward: float, window: int) -> None:
    asked = SequentialRulesSettings(backward=backward, window=window)
    wanted = written_out(lists, asked)
    rules = followers(ragged(lists), ITEMS, asked)
    found = {}
    for item in range(ITEMS):
        row = slice(rules.starts[item], rules.starts[item + 1])
        assert (np.diff(rules.values[row]) <= 0).all()
        found |= {
            (item, int(other)): float(value)
            for other, value in zip(rules.items[row], rules.values[row], strict=True)
        }
    assert found == pytest.approx(wanted)


@settings(deadline=None)  # the first call compiles
@given(HISTORIES)
def test_a_history_is_weighed_from_its_end(lists: list[list[int]]) -> None:
    asked = SequentialRulesSettings()
    rules = followers(ragged(lists), ITEMS, asked)
    made = followed(rules, ragged(lists), asked.recency)
    pairs = written_out(lists, asked)
    for row, each in zip(made, lists, strict=True):
        for item in range(ITEMS):
            wanted = sum(
                asked.recency**age * pairs.get((one, item), 0.0) for age, one in enumerate(reversed(each))
            )
            assert row[item] == pytest.approx(wanted, rel=1e-4, abs=1e-5)


def test_only_the_best_followers_are_kept() -> None:
    lists = [[0, 1], [0, 1], [0, 2], [0, 3]]
    rules = followers(ragged(lists), ITEMS, SequentialRulesSettings(followers=1, backward=0.0))
    assert rules.items.tolist() == [1]


def test_what_nothing_leads_to_ranks_behind_by_popularity() -> None:
    rows = [(0, 0), (0, 1), (1, 2), (2, 2), (3, 3)]
    model = SequentialRules().fit(
        Interactions.of(
            np.array([user for user, _ in rows]), np.array([item for _, item in rows]),
            np.arange(len(rows)), ["u0", "u1", "u2", "u3"], ["a", "b", "c", "d"],
        )
    )  # fmt: skip
    assert np.array_equal(model.scores(np.array([0])), model.scores(np.array([2, 0]))[1:])
    ranked = [item for item, _ in model.recommend(["u0"], 4).of(0, model.item_ids)]
    assert ranked == ["b", "a", "c", "d"]
