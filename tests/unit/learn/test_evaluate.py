"""The metrics, against values worked out by hand."""

from __future__ import annotations

from math import log2

import numpy as np
import pytest

from onebasket.learn.evaluate import Judged, Targets, judge, main_value, metrics, summarise, targets
from onebasket.recommenders import (
    Catalogue,
    Codes,
    CountSettings,
    Interactions,
    Popularity,
    Scores,
    Seen,
)

DAY = 86_400
METRICS = metrics(3)


def bought(rows: list[tuple[str, str]]) -> Interactions:
    users, items = (sorted(set(column)) for column in zip(*rows, strict=True))
    return Interactions.of(
        np.array([users.index(user) for user, _ in rows]),
        np.array([items.index(item) for _, item in rows]),
        np.zeros(len(rows), np.int64),
        users,
        items,
    )


# Popularity: a 4, b 3, c 2, d 1.
BEFORE = bought(
    [*(("x", item) for item in "aaab"), *(("y", item) for item in "abbc"), *(("z", item) for item in "cd")]
)
MODEL = Popularity(CountSettings()).fit(BEFORE)


def judged(later: list[tuple[str, str]], seen: str = "allow", top: int = 3) -> tuple[Targets, Judged]:
    goal = targets(BEFORE, bought(later))
    return goal, judge(MODEL, goal, top, seen)


def test_who_is_judged_by_what() -> None:
    goal = targets(BEFORE, bought([("x", "b"), ("x", "b"), ("x", "new"), ("stranger", "a")]))
    assert goal.user_ids == ("x",)
    assert [goal.item_ids[item] for item in goal.items.items] == ["b", "new"]


def test_by_hand() -> None:
    """List a b c for everyone; x bought b and d, y a and b and c and one that is new to the shop."""
    goal, found = judged([("x", "b"), ("x", "d"), *(("y", item) for item in "abcn")])
    one, two = 1, 1 / log2(3)
    assert found.values[0, :4] == pytest.approx([1, two / (one + two), 1 / 2, 1 / 2])
    assert found.values[1, :4] == pytest.approx([1, 1, 3 / 4, 1])
    assert found.coverage == 3 / 4
    assert len(goal.user_ids) == 2


def test_new_products_only() -> None:
    """x knows a and b, so its new list is c d; y knows a b c, its new list is d."""
    _, found = judged([("x", "b"), ("x", "d"), ("y", "a")])
    assert found.values[0, 4] == pytest.approx(1 / log2(3))
    assert np.isnan(found.values[1, 4])


def test_masked_everything_is_about_new_products() -> None:
    _, found = judged([("x", "b"), ("x", "d"), ("y", "a")], seen="mask")
    assert found.values[0] == pytest.approx([1, 1 / log2(3), 1, 1 / 2, 1 / log2(3)])
    assert np.isnan(found.values[1]).all()


class Informed(Popularity):
    """Popularity that knows the catalogue and lists one of its products, which nobody bought, first."""

    informed = True

    def scores(self, users: Codes) -> Scores:
        scores = super().scores(users)
        scores[:, self.item_codes["new"]] = 100
        return scores


OFFERED = Catalogue({"new": ["tea"], "older": ["tea"], "a": ["tea"]})


@pytest.mark.parametrize("seen", ["allow", "mask"])
def test_a_product_first_sold_later_is_hit_by_who_knows_it_and_missed_by_others(seen: Seen) -> None:
    later = bought([("x", "new"), ("x", "d"), ("y", "stranger")])
    goal = targets(BEFORE, later)
    informed = judge(Informed().fit(BEFORE, catalogue=OFFERED), goal, 1, seen)
    assert informed.values[:, :4] == pytest.approx(np.array([[1, 1, 1 / 2, 1], [0, 0, 0, 0]]))
    assert informed.coverage == 1 / 6
    ignorant = judge(MODEL, goal, 1, seen)
    assert ignorant.values[:, 0].tolist() == [0, 0]


def test_who_is_unknown_to_a_model_is_judged_by_the_most_bought() -> None:
    goal = targets(BEFORE, bought([("z", "a"), ("x", "a")]))
    narrow = Popularity().fit(bought([("x", "c"), ("x", "a"), ("y", "a")]))
    assert judge(narrow, goal, 1, "allow").values[:, 0].tolist() == [1, 1]


def test_nothing_found_is_zero() -> None:
    _, found = judged([("x", "d")])
    assert found.values[0, :4].tolist() == [0, 0, 0, 0]


def test_ties_count_against_the_model() -> None:
    before = bought([("x", item) for item in "abcd"])
    goal = targets(before, bought([("x", "a")]))
    found = judge(Popularity().fit(before), goal, 3, "allow")
    assert found.values[0, 0] == 0
    assert judge(Popularity().fit(before), goal, 4, "allow").values[0, 3] == 1 / 4


def test_means_skip_who_had_no_target() -> None:
    values = np.array([[1.0, 0.5, 0.2, 0.1, np.nan], [0.0, 0.1, 0.4, 0.3, 0.6]])
    scores = {score.metric: score for score in summarise([Judged(values, 0.25)], 3, seed=0)}
    assert scores["ndcg@3"].value == pytest.approx(0.3)
    assert scores["ndcg@3"].customers == 2
    assert scores["ndcg@3_new"].value == pytest.approx(0.6)
    assert scores["ndcg@3_new"].customers == 1
    assert scores["coverage@3"].value == scores["coverage@3"].low == 0.25
    assert main_value(Judged(values, 0)) == pytest.approx(0.3)


def test_a_metric_nobody_has_is_left_out() -> None:
    values = np.array([[1.0, 1.0, 1.0, 1.0, np.nan]])
    assert "ndcg@3_new" not in {score.metric for score in summarise([Judged(values, 1)], 3, seed=0)}


def test_the_interval_is_the_usual_one() -> None:
    """For a mean of many customers the bootstrap agrees with the normal interval."""
    values = np.random.default_rng(0).random((2000, 5))
    score = summarise([Judged(values, 0)], 3, seed=0)[1]
    half = 1.96 * values[:, 1].std() / np.sqrt(2000)
    assert score.low == pytest.approx(score.value - half, abs=half / 5)
    assert score.high == pytest.approx(score.value + half, abs=half / 5)


def test_the_interval_covers_the_seeds_too() -> None:
    values = np.random.default_rng(0).random((500, 5))
    alike = summarise([Judged(values, 0)] * 3, 3, seed=0)[1]
    apart = summarise([Judged(values + shift, shift) for shift in (-0.2, 0.0, 0.2)], 3, seed=0)
    assert apart[1].value == pytest.approx(alike.value)
    assert apart[1].high - apart[1].low > 3 * (alike.high - alike.low)
    assert (apart[-1].low, apart[-1].high) == (-0.2, 0.2)


def test_the_same_seed_gives_the_same_interval() -> None:
    values = np.random.default_rng(0).random((50, 5))
    first, second, other = (summarise([Judged(values, 0)], 3, seed=seed) for seed in (1, 1, 2))
    assert first == second != other
