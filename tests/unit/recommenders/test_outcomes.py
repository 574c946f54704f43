"""What came of events is read from their marks."""

from __future__ import annotations

import numpy as np
import pytest

from onebasket.recommenders import Catalogue, Events
from onebasket.recommenders.events import PRICE, PURCHASE, RETURN, UNITS, Mark, steps_of, values_of_steps
from onebasket.recommenders.outcomes import groups_of, outcomes_of

ITEMS = ("a", "b", "c", "d")


def events(actions: list[str], items: list[int], **numbers: list[float]) -> Events:
    names = sorted(set(actions))
    marks = [Mark.of("action", np.array([names.index(action) for action in actions]), names, PURCHASE)]
    for name, values in numbers.items():
        marks.append(Mark.of(name, steps_of(np.array(values)), [str(step) for step in range(100)]))
    count = len(actions)
    return Events.of((np.zeros(count, int), np.array(items), np.arange(count)), (["ann"], ITEMS), marks)


def test_steps_are_about_what_they_stand_for() -> None:
    values = np.array([0.0, 1.0, 7.0, 350.0, 129_900.0, 1e12])
    mark = Mark.of(PRICE, steps_of(values), [str(step) for step in range(255)])
    found = values_of_steps(mark)
    assert found[0] == 0
    assert found[1:] == pytest.approx(values[1:], rel=0.3) and found[1] == 1


def test_money_is_price_by_units_and_returns_are_told() -> None:
    made = events([PURCHASE, RETURN, "view"], [0, 0, 1], **{PRICE: [100, 100, 30], UNITS: [3, 1, 0]})
    found = outcomes_of(made, np.zeros((5, 0), np.bool_))
    assert found.returns.tolist() == [False, True, False]
    assert found.worth == pytest.approx([300, 100, 30], rel=0.3)


def test_without_marks_nothing_is_worth_anything() -> None:
    found = outcomes_of(events([PURCHASE, "view"], [0, 1]), np.zeros((5, 0), np.bool_))
    assert not found.returns.any() and not found.worth.any()


def test_groups_are_the_attributes_of_most_purchases() -> None:
    made = events([PURCHASE, PURCHASE, PURCHASE, "view"], [0, 0, 1, 3])
    told = Catalogue({"a": ["tea", "green"], "b": ["tea"], "d": ["looked at"]}).attribute_codes(ITEMS)
    groups = groups_of(made, told)  # green, tea: by name; what nobody bought is none
    assert groups.tolist() == [
        [False, False], [True, True], [False, True], [False, False], [False, False],
    ]  # fmt: skip
    assert groups_of(made, Catalogue().attribute_codes(ITEMS)).shape == (5, 0)
