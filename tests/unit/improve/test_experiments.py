"""Dealing into arms, and what comparisons of arms say where the truth is known."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from onebasket.errors import ImproveError
from onebasket.improve import Outcomes, Plan, arm_of, compare, sample_ratio
from onebasket.intervals import chi_square_survival, fixed, sequential

IDS = [f"c{number:06}" for number in range(4_000)]
NAMES = st.text("abcdef", min_size=1, max_size=3)
SHARES = st.dictionaries(NAMES, st.floats(0.05, 1), min_size=2, max_size=5).map(
    lambda found: {arm: share / sum(found.values()) for arm, share in found.items()}
)
Draw = Callable[[np.random.Generator, int], Outcomes]


def dealt(shares: dict[str, float], experiment: str = "one") -> list[str]:
    return [arm_of(experiment, customer, shares) for customer in IDS]


@settings(max_examples=15, deadline=None)
@given(SHARES, st.text("xyz", max_size=4))
def test_shares_hold(shares: dict[str, float], experiment: str) -> None:
    counts = Counter(dealt(shares, experiment))
    for arm, share in shares.items():
        spread = math.sqrt(len(IDS) * share * (1 - share))
        assert abs(counts[arm] - len(IDS) * share) < 5 * spread


@given(SHARES, st.text(max_size=8))
def test_an_arm_depends_on_nothing_but_names_and_shares(shares: dict[str, float], customer: str) -> None:
    arm = arm_of("one", customer, shares)
    assert arm == arm_of("one", customer, dict(reversed(shares.items())))
    assert arm == arm_of("one", customer, dict(shares))


def test_arms_of_two_experiments_are_independent() -> None:
    both = Counter(zip(dealt({"a": 0.5, "b": 0.5}), dealt({"a": 0.5, "b": 0.5}, "two"), strict=True))
    assert all(abs(count - 1_000) < 140 for count in both.values())


def test_an_arm_is_the_same_for_good() -> None:
    """A change of the rule would deal every running experiment anew."""
    halves = {"control": 0.5, "new": 0.5}
    dealt = [arm_of("home", customer, halves) for customer in ("c1", "c2", "c3", "c4", "c5")]
    assert dealt == ["new", "control", "control", "control", "new"]


@settings(max_examples=15, deadline=None)
@given(st.floats(0.05, 0.95), st.floats(0.05, 0.95))
def test_of_two_arms_only_those_move_who_must(before: float, after: float) -> None:
    was, now = dealt({"a": before, "b": 1 - before}), dealt({"a": after, "b": 1 - after})
    moved = {pair for pair in zip(was, now, strict=True) if len(set(pair)) == 2}
    assert moved <= {("b", "a") if after > before else ("a", "b")}


@settings(max_examples=15, deadline=None)
@given(SHARES, st.floats(0.05, 0.6))
def test_a_new_arm_takes_its_share_and_moves_nobody_else(shares: dict[str, float], share: float) -> None:
    grown = {arm: (1 - share) * old for arm, old in shares.items()} | {"new": share}
    assert all(new in (old, "new") for old, new in zip(dealt(shares), dealt(grown), strict=True))


def test_three_arms_move_hardly_more_than_they_must() -> None:
    was, now = dealt({"a": 0.2, "b": 0.3, "c": 0.5}), dealt({"a": 0.3, "b": 0.3, "c": 0.4})
    assert np.mean([old != new for old, new in zip(was, now, strict=True)]) < 0.2 / 1.1  # .1 had to


@pytest.mark.parametrize(
    "shares", [{}, {"a": 1.1, "b": -0.1}, {"a": 0.5}, {"a": 1.0, "b": 0.0}, {"a": math.nan}]
)
def test_shares_that_are_none(shares: dict[str, float]) -> None:
    with pytest.raises(ImproveError, match="shares") as error:
        arm_of("one", "c", shares)
    assert error.value.found and error.value.expected and error.value.next_step


def test_names_cannot_run_into_each_other() -> None:
    with pytest.raises(ImproveError, match="NUL"):
        arm_of("one\0two", "c", {"a": 1.0})


def normal(random: np.random.Generator, size: int) -> Outcomes:
    return Outcomes(random.normal(1.0, 1.0, size))


def rare_money(random: np.random.Generator, size: int) -> Outcomes:
    return Outcomes((random.random(size) < 0.05) * random.lognormal(3.0, 1.0, size))


def clicks(random: np.random.Generator, size: int) -> Outcomes:
    """Customers differ in how much they see and in how much they like."""
    seen = 1 + random.poisson(5, size)
    return Outcomes(random.binomial(seen, random.beta(2, 18, size)), seen)


def first(outcomes: Outcomes, size: int) -> Outcomes:
    exposures = outcomes.exposures
    return Outcomes(outcomes.sums[:size], None if exposures is None else exposures[:size])  # type: ignore[index, call-overload]


@pytest.mark.parametrize("draw", [normal, rare_money, clicks])
def test_looked_at_every_day_only_the_sequential_interval_keeps_its_word(draw: Draw) -> None:
    """200 experiments without an effect, 40 looks each: at most 5 % + 3 standard errors may show one."""
    random, plan, runs, looks = np.random.default_rng(7), Plan(tuned_for=5_000), 200, range(100, 4_100, 100)
    alarms = np.zeros(2)
    for _ in range(runs):
        one, other = draw(random, 4_000), draw(random, 4_000)
        found = [compare(first(one, size), first(other, size), plan) for size in looks]
        alarms += [
            any(each.decision != "undecided" for each in found),
            any(each.difference.p_value < 0.05 for each in found),
        ]
    assert alarms[0] / runs <= 0.05 + 3 * math.sqrt(0.05 * 0.95 / runs)
    assert alarms[1] / runs > 0.15


def test_looked_at_after_every_customer() -> None:
    """1,000 series of 20,000 units, looked at from the hundredth on at every step."""
    random, misses, naive, runs, size = np.random.default_rng(3), 0, 0, 1_000, 20_000
    steps = np.arange(1, size + 1)
    bounds = np.array([sequential(0.0, 1.0, int(step), 5_000).high for step in steps[100::20]])
    for _ in range(runs):
        errors = np.abs(np.cumsum(random.standard_normal(size)) / np.sqrt(steps))[100::20]
        misses += bool((errors > bounds).any())
        naive += bool((errors > 1.96).any())
    assert misses / runs <= 0.05 + 3 * math.sqrt(0.05 * 0.95 / runs)
    assert naive / runs > 0.4


def test_sums_that_grow_day_by_day_of_the_same_customers() -> None:
    """Not what the theorem is about, and yet 28 looks at a growing sum of 2,000 customers alarm no more."""
    random, plan, alarms = np.random.default_rng(5), Plan(tuned_for=2_000), 0
    for _ in range(150):
        liking = random.gamma(1.0, 0.05, (2_000, 1))
        sums = np.cumsum(random.poisson(liking, (2_000, 28)), axis=1)
        found = (compare(Outcomes(day[:1_000]), Outcomes(day[1_000:]), plan) for day in sums.T)
        alarms += any(each.decision != "undecided" for each in found)
    assert alarms / 150 <= 0.05 + 3 * math.sqrt(0.05 * 0.95 / 150)


@pytest.mark.parametrize("draw", [normal, clicks])
def test_an_interval_for_one_look_covers_as_often_as_it_says(draw: Draw) -> None:
    random, plan = np.random.default_rng(11), Plan(tuned_for=2_000)
    found = [compare(draw(random, 800), draw(random, 400), plan) for _ in range(800)]
    for intervals in ([each.difference for each in found], [each.lift for each in found]):
        covered = np.mean([each is not None and each.low <= 0 <= each.high for each in intervals])
        assert abs(covered - 0.95) < 3.5 * math.sqrt(0.95 * 0.05 / 800)


def test_counting_clicks_instead_of_customers_would_cover_too_seldom() -> None:
    random, missed = np.random.default_rng(13), 0
    for _ in range(400):
        shares, errors = [], []
        for arm in (clicks(random, 500), clicks(random, 500)):
            seen = float(np.sum(arm.exposures))  # type: ignore[arg-type]
            shares.append(float(np.sum(arm.sums)) / seen)
            errors.append(math.sqrt(shares[-1] * (1 - shares[-1]) / seen))
        missed += fixed(shares[1] - shares[0], math.hypot(*errors)).p_value < 0.05
    assert missed / 400 > 0.08


@pytest.mark.parametrize(
    ("effect", "higher", "word"), [(0.2, True, "better"), (-0.2, True, "worse"), (-0.2, False, "better")]
)
def test_a_real_effect_is_found(effect: float, higher: bool, word: str) -> None:
    random = np.random.default_rng(17)
    control, treated = random.normal(1, 1, 3_000), random.normal(1 + effect, 1, 3_000)
    found = compare(Outcomes(control), Outcomes(treated), Plan(5_000, higher_is_better=higher))
    assert found.decision == word and found.customers == (3_000, 3_000)
    assert found.difference.low < effect < found.difference.high
    assert found.lift and found.lift.value == pytest.approx(found.treated / found.control - 1)
    wide = found.difference_sequential
    assert wide and wide.low < found.difference.low and wide.p_value > found.difference.p_value


def test_figures_worked_out_by_hand() -> None:
    found = compare(Outcomes([1, 2, 3, 4]), Outcomes([2, 4, 6]), Plan(100))
    assert (found.control, found.treated, found.difference.value) == (2.5, 4.0, 1.5)
    assert found.difference.high - 1.5 == pytest.approx(1.959964 * math.sqrt(5 / 12 + 4 / 3))
    ratio = compare(Outcomes([1, 1], [2, 2]), Outcomes([0, 3], [1, 5]), Plan(100))
    assert (ratio.control, ratio.treated) == (0.5, 0.5) and ratio.difference.p_value == 1.0


def test_few_customers_decide_nothing() -> None:
    found = compare(Outcomes(np.zeros(99)), Outcomes(np.ones(500)), Plan(500))
    assert found.decision == "undecided" and found.difference_sequential is None and found.lift is None


def test_several_comparisons_share_the_risk() -> None:
    arms = Outcomes(np.arange(200.0)), Outcomes(np.arange(200.0) + 5)
    one, three = compare(*arms, Plan(400)), compare(*arms, Plan(400, comparisons=3))
    assert three.difference.high > one.difference.high
    assert three.difference_sequential and one.difference_sequential
    assert three.difference_sequential.high > one.difference_sequential.high


def test_the_sequence_is_narrowest_where_it_was_tuned() -> None:
    def width(tuned: int) -> float:
        return sequential(0.0, 1.0, 1_000, tuned).high

    assert width(1_000) == min(width(tuned) for tuned in (100, 500, 900, 1_000, 1_100, 2_000, 10_000))
    assert width(1_000) == pytest.approx(3.035, abs=0.001)


def test_a_p_value_for_any_time_is_the_risk_at_which_its_interval_ends_at_nought() -> None:
    edge = sequential(0.0, 1.0, 800, 1_000).high
    assert sequential(edge, 1.0, 800, 1_000).p_value == pytest.approx(0.05)


@pytest.mark.parametrize(
    "outcomes",
    [Outcomes([1.0]), Outcomes([1.0, math.nan]), Outcomes([[1.0, 2.0]]), Outcomes([1.0, 2.0], [1.0]),
     Outcomes([1.0, 2.0], [0.0, 0.0]), Outcomes([1.0, 2.0], [3.0, -1.0])],
)  # fmt: skip
def test_outcomes_that_cannot_be_used(outcomes: Outcomes) -> None:
    with pytest.raises(ImproveError) as error:
        compare(outcomes, Outcomes([1.0, 2.0]), Plan(100))
    assert "control" in str(error.value) and error.value.found and error.value.expected


@pytest.mark.parametrize("wrong", [{"tuned_for": 0}, {"confidence": 1.0}, {"comparisons": 0}])
def test_plans_that_cannot_be_used(wrong: dict[str, float]) -> None:
    with pytest.raises(ImproveError, match="plan"):
        Plan(**({"tuned_for": 100} | wrong))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("statistic", "degrees", "known"),
    [(3.841459, 1, 0.05), (5.991465, 2, 0.05), (7.814728, 3, 0.05), (9.487729, 4, 0.05),
     (18.307038, 10, 0.05), (24.995790, 15, 0.05), (10.827566, 1, 0.001), (30.143527, 19, 0.05),
     (124.342113, 100, 0.05), (0.0, 3, 1.0)],
)  # fmt: skip
def test_tails_of_chi_square_from_tables(statistic: float, degrees: int, known: float) -> None:
    assert chi_square_survival(statistic, degrees) == pytest.approx(known, rel=1e-5)


def test_a_sample_ratio_that_is_wrong_is_seen() -> None:
    even = {"a": 0.5, "b": 0.5}
    assert not sample_ratio({"a": 5_050, "b": 4_950}, even).mismatch
    found = sample_ratio({"a": 821_588, "b": 815_482}, even)
    assert found.mismatch and found.p_value == pytest.approx(1.8e-6, rel=0.05)
    assert sample_ratio({"a": 600, "b": 300, "c": 100}, {"a": 0.6, "b": 0.2, "c": 0.2}).mismatch
    exact = sample_ratio({"a": 600, "b": 200, "c": 200}, {"a": 0.6, "b": 0.2, "c": 0.2})
    assert exact.statistic == pytest.approx(0) and exact.p_value == pytest.approx(1)


@pytest.mark.parametrize("customers", [{"a": 1}, {"a": 0, "b": 0}, {"a": 3, "b": -1}, {"a": 3, "c": 1}])
def test_sizes_that_do_not_fit_their_shares(customers: dict[str, int]) -> None:
    with pytest.raises(ImproveError, match="sizes"):
        sample_ratio(customers, {"a": 0.5, "b": 0.5})
