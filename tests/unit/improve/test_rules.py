"""What follows from which figures."""

from __future__ import annotations

import numpy as np
import pytest

from onebasket import drift
from onebasket.improve.contest import Contest
from onebasket.improve.experiments import Comparison, Outcomes, Plan, SampleRatio, compare
from onebasket.improve.moved import Moved
from onebasket.improve.rules import RULES, of_experiment, of_inputs

GOOD, BAD = SampleRatio(0.1, 0.7, False), SampleRatio(40.0, 1e-9, True)
SHARES = {"champion": 0.5, "challenger": 0.5}


def found(effect: float, customers: int = 4_000) -> Comparison:
    """A comparison of arms that differ by so much."""
    random = np.random.default_rng(2)
    base, new = random.normal(1, 1, customers), random.normal(1 + effect, 1, customers)
    return compare(Outcomes(base), Outcomes(new), Plan(tuned_for=2 * customers))


@pytest.mark.parametrize(
    ("state", "effect", "ratio", "expected"),
    [
        ("running", 0.5, GOOD, ("promote", "promote")),
        ("running", -0.5, GOOD, ("rollback", "rollback")),
        ("running", 0.0, GOOD, ("keep", "undecided")),
        ("running", 0.5, BAD, ("keep", "broken")),
        ("promoted", -0.5, GOOD, ("rollback", "rollback")),
        ("promoted", 0.5, GOOD, ("keep", "good")),
        ("promoted", 0.0, GOOD, ("keep", "good")),
        ("rolled back", 0.5, GOOD, ("keep", "ended")),
        ("shadow", 0.5, GOOD, ("keep", "shadow")),
    ],
    ids=lambda value: str(value) if isinstance(value, str | float) else None,
)  # fmt: skip
def test_experiments(state: str, effect: float, ratio: SampleRatio, expected: tuple[str, str]) -> None:
    made = of_experiment(Contest("x", state, SHARES), found(effect), ratio)  # type: ignore[arg-type]
    assert (made.decision, made.rule) == expected and made.looked_at == "experiment x" and made.rule in RULES


def test_few_customers_decide_nothing() -> None:
    contest = Contest("x", "running", SHARES)
    assert of_experiment(contest, None, None).rule == "few"
    assert of_experiment(contest, found(5.0, 50), GOOD).rule == "few"


def test_drifted_inputs_are_trained_for() -> None:
    random = np.random.default_rng(3)
    then = drift.summarise_numbers(random.normal(0, 1, 3_000))
    moved = drift.numbers_drift(then, random.normal(2, 1, 3_000))
    still = drift.numbers_drift(then, random.normal(0, 1, 3_000))
    quiet = [Moved("input", "price", still, (3_000, 3_000)), Moved("score", "purchase_30d", moved, (9, 9))]
    assert of_inputs("version 3", quiet).decision == "keep"
    made = of_inputs("version 3", [*quiet, Moved("input", "category", moved, (3_000, 3_000))])
    assert (made.decision, made.rule) == ("retrain", "retrain") and set(made.figures) == {"price", "category"}
    assert of_inputs("version 3", [Moved("input", "price", None, (9, 9))]).decision == "keep"
    assert of_inputs("version 3", []).decision == "keep"
