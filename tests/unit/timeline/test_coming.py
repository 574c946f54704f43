"""What comes after each event is found as one would find it by reading."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from onebasket.timeline.clock import GAPS, calendar, gap_codes, gaps_of
from onebasket.timeline.coming import Coming, Outcomes, Windows
from onebasket.timeline.histories import PURCHASE, Histories

DAY, BACK = 86_400, 2
LISTS = st.lists(
    st.lists(st.tuples(st.integers(0, 12), st.integers(0, 2), st.integers(0, 3)), max_size=8),
    min_size=1,
    max_size=6,
)  # of each person: day, action, item


def histories(lists: list[list[tuple[int, int, int]]]) -> Histories:
    lists = [sorted(each) for each in lists]
    made = Histories.of([[item for _, _, item in each] for each in lists])
    flat = [event for each in lists for event in each]
    marks = np.array([(action, 0) for _, action, _ in flat], np.uint8).reshape(-1, 2)
    return replace(made, marks=marks, times=np.array([day * DAY for day, _, _ in flat], np.int64))


@given(LISTS, st.integers(1, 6), st.integers(0, 5))
def test_a_purchase_of_the_coming_days(lists: list[list[tuple[int, int, int]]], days: int, seed: int) -> None:
    made = histories(lists)
    coming = Coming.of(made, days)
    some, items, marks = coming.drawn(np.arange(len(made.items)), np.random.default_rng(seed))
    place = 0
    for each in map(sorted, lists):
        for day, _, _ in each:
            later = [
                (item, when)
                for when, action, item in each
                if action == PURCHASE and item and day < when <= day + days
            ]
            assert some[place] == bool(later)
            if later:
                assert items[place] in {item for item, _ in later}
                gaps = {int(gap_codes(np.array([(when - day) * DAY]))[0]) for _, when in later}
                assert marks[place, 0] == PURCHASE and int(marks[place, 1]) in gaps
            place += 1


def test_each_of_them_is_as_likely() -> None:
    made = histories([[(0, 0, 1), (1, 1, 1), (2, 1, 2), (3, 1, 3)]])
    _, items, _ = Coming.of(made, 30).drawn(np.zeros(3_000, np.int64), np.random.default_rng(0))
    assert np.allclose(np.bincount(items)[1:] / 3_000, 1 / 3, atol=0.05)


def test_without_times_nobody_knows() -> None:
    with pytest.raises(ValueError, match="without"):
        Coming.of(Histories.of([[1, 2]]), 7)


def test_gaps_double_and_the_calendar_is_that_of_the_wall() -> None:
    codes = gap_codes(np.array([-5, 0, 1, 3, DAY, 2 * DAY, 1 << 62]))
    assert codes.tolist() == [1, 1, 2, 3, 17, 18, GAPS - 1]
    assert gaps_of(np.array([5, 6, 100, 100]), np.array([0, 2, 4])).tolist() == [0, 2, 0, 1]
    monday_noon = 1_700_481_600  # 20 November 2023, 12:00 UTC
    assert calendar(np.array([monday_noon, monday_noon - DAY])).tolist() == [[1, 13], [7, 13]]


@given(LISTS, st.integers(1, 6), st.integers(0, 5))
def test_what_comes_after_a_wait(lists: list[list[tuple[int, int, int]]], days: int, seed: int) -> None:
    made = histories(lists)
    waits = np.random.default_rng(seed).random(len(made.items))  # what `drawn` will draw
    assert made.marks is not None
    actions, items = made.marks[:, 0], made.items
    worth = (1.0 + np.arange(len(items))).astype(np.float32)
    groups = np.arange(4)[:, None] == [1, 3]  # of items, 0 for none among them
    told = Windows.of(made, (days,), Outcomes(actions == BACK, worth, groups))
    within, spent, codes = told.drawn(np.arange(len(items)), np.random.default_rng(seed))
    buys = actions == PURCHASE
    usual = worth[buys].mean() if buys.any() else 1.0
    end, place = max((day for each in lists for day, _, _ in each), default=0) * DAY, 0
    for each in map(sorted, lists):
        first = place
        for number, (day, _, _) in enumerate(each):
            until = each[number + 1][0] * DAY if number + 1 < len(each) else end
            moment = day * DAY + int(waits[place] * (until - day * DAY + 1))
            assert codes[place] == gap_codes(np.array([moment - day * DAY]))[0]
            soon = [
                (action, item, worth[first + at]) for at, (when, action, item) in enumerate(each)
                if moment < when * DAY <= moment + days * DAY
            ]  # fmt: skip
            bought = [(item, money) for action, item, money in soon if action == PURCHASE]
            wanted = [
                bool(bought), any(action == BACK for action, _, _ in soon),
                any(item == 1 for item, _ in bought), any(item == 3 for item, _ in bought),
            ]  # fmt: skip
            known = moment + days * DAY <= end
            assert within[place, 0].tolist() == (list(map(int, wanted)) if known else [-1] * 4)
            assert spent[place, 0] == pytest.approx(sum(money for _, money in bought) / usual, rel=1e-5)
            place += 1
