"""Values of policies, told from logs of another whose truth is known."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from onebasket.errors import ImproveError
from onebasket.improve import PolicyValue, Rounds, doubly_robust, ips, snips

RATES = np.array([[0.1, 0.3, 0.5], [0.4, 0.2, 0.1]])  # of a reward: two kinds of people, three products
LOGGED = np.array([[0.5, 0.3, 0.2], [0.2, 0.3, 0.5]])
NEW = np.array([[0.1, 0.2, 0.7], [0.6, 0.3, 0.1]])
TRUTH = float((NEW * RATES).sum(axis=1).mean())
MODEL = RATES * 0.8 + 0.03  # predictions that are wrong in a way
NAMES = ("ips", "snips", "dr")


def world(random: np.random.Generator, size: int, **more: Any) -> tuple[Rounds, np.ndarray, np.ndarray]:
    """Rounds, and the model's rewards of what was shown and of what the new policy would show."""
    kind = random.integers(0, 2, size)
    shown = (random.random((size, 1)) > np.cumsum(LOGGED[kind], axis=1)).sum(axis=1)
    reward = (random.random(size) < RATES[kind, shown]).astype(float)
    rounds = Rounds(reward, LOGGED[kind, shown], NEW[kind, shown], **more)
    return rounds, MODEL[kind, shown], (NEW * MODEL).sum(axis=1)[kind]


def estimates(made: tuple[Rounds, np.ndarray, np.ndarray]) -> list[PolicyValue]:
    return [ips(made[0]), snips(made[0]), doubly_robust(*made)]


def test_estimates_are_right_on_average_and_intervals_cover() -> None:
    random, runs = np.random.default_rng(0), 600
    found = [estimates(world(random, 800)) for _ in range(runs)]
    for place, name in enumerate(NAMES):
        one = [each[place] for each in found]
        assert {each.estimator for each in one} == {name}
        values = np.array([each.value for each in one])
        assert abs(values.mean() - TRUTH) < 3.5 * values.std() / math.sqrt(runs)
        covered = np.mean([each.low <= TRUTH <= each.high for each in one])
        assert abs(covered - 0.95) < 3.5 * math.sqrt(0.95 * 0.05 / runs)
        logged = float((LOGGED * RATES).sum(axis=1).mean())
        gained = np.mean([each.gain.low <= TRUTH - logged <= each.gain.high for each in one])
        assert abs(gained - 0.95) < 3.5 * math.sqrt(0.95 * 0.05 / runs)
    spread = [np.std([each[place].value for each in found]) for place in range(3)]
    assert spread[1] < spread[0] and spread[2] < spread[0]


def test_customers_with_many_rounds_need_intervals_over_customers() -> None:
    """Every customer's ten rounds are one and the same: there is a tenth of the evidence."""
    random, covered = np.random.default_rng(1), np.zeros(2)
    for _ in range(300):
        once = world(random, 150)[0]
        columns = (
            np.repeat(np.asarray(each), 10) for each in (once.reward, once.propensity, once.probability)
        )
        reward, propensity, probability = columns
        names = [f"c{number}" for number in np.repeat(np.arange(150), 10)]
        for place, customers in enumerate((names, None)):
            found = snips(Rounds(reward, propensity, probability, customers))
            covered[place] += found.low <= TRUTH <= found.high
    assert covered[0] / 300 > 0.91 and covered[1] / 300 < 0.6


def test_the_policy_that_was_logged_has_the_value_that_was_logged() -> None:
    rounds = world(np.random.default_rng(2), 500)[0]
    same = Rounds(rounds.reward, rounds.propensity, rounds.propensity)
    for found in (ips(same), snips(same)):
        assert found.value == pytest.approx(np.mean(rounds.reward)) and found.gain.p_value > 0.99
        assert found.effective == pytest.approx(500) and found.largest == 1 and found.reliable


def test_figures_worked_out_by_hand() -> None:
    rounds = Rounds([1, 0, 1], [0.5, 0.25, 0.2], [0.5, 0.5, 0.1])  # weights 1, 2, ½
    one, other, third = ips(rounds), snips(rounds), doubly_robust(rounds, [0.5, 0.5, 0.5], [0.4, 0.4, 0.4])
    assert one.value == pytest.approx(0.5) and other.value == pytest.approx(1.5 / 3.5)
    assert third.value == pytest.approx(0.4 + (0.5 - 1 + 0.25) / 3)
    assert one.effective == pytest.approx(3.5**2 / 5.25) and one.largest == 2
    terms = np.array([1, 0, 0.5])
    assert one.effective_rewards == pytest.approx(1.5**2 / 1.25)
    assert one.high - one.value == pytest.approx(1.959964 * terms.std(ddof=1) / math.sqrt(3))


def test_what_speaks_against_an_estimate_is_said() -> None:
    random = np.random.default_rng(3)
    few = ips(world(random, 60)[0])
    assert not few.reliable and "effective sample size" in few.notes[0]
    rounds = world(random, 4_000)[0]
    assert ips(rounds).reliable
    wrong = ips(Rounds(rounds.reward, np.minimum(np.asarray(rounds.propensity) * 1.4, 1), rounds.probability))
    assert any("weights are" in note for note in wrong.notes)
    heavy = np.where(random.random(20_000) < 0.001, 1e-6, 0.5)
    rare = Rounds(np.arange(20_000) < 19, np.full(20_000, 0.5), np.full(20_000, 0.5))
    assert ips(rare).notes == ("effective number of rewards 19.0, below 20",)
    assert not ips(Rounds(np.zeros(500), np.full(500, 0.5), np.full(500, 0.5))).reliable
    assert "below 200" in ips(Rounds(np.ones(20_000), heavy, np.full(20_000, 0.5))).notes[0]


def test_weights_that_were_not_seen_are_told_by_both_policies() -> None:
    rounds = world(np.random.default_rng(3), 4_000)[0]
    squares = np.full(4_000, 80.0)
    told = ips(Rounds(rounds.reward, rounds.propensity, rounds.probability, squares=squares))
    assert told.effective == 50 and "effective sample size 50.0" in told.notes[0]
    known = (NEW**2 / LOGGED).sum(axis=1).mean()
    assert ips(rounds).effective == pytest.approx(4_000 / known, rel=0.05)


def test_clipping_biases_and_says_so() -> None:
    rounds, *model = world(np.random.default_rng(4), 20_000)
    cut = Rounds(rounds.reward, rounds.propensity, rounds.probability, clip=1.5)
    found = ips(cut)
    assert found.value < TRUTH - 0.05 and found.clipped > 0.1 and found.largest == pytest.approx(3.5)
    assert any("biases" in note for note in found.notes)
    assert abs(doubly_robust(cut, *model).value - TRUTH) < abs(found.value - TRUTH)


GOOD = {"reward": [1.0, 0.0], "propensity": [0.5, 0.5], "probability": [0.2, 0.3]}


@pytest.mark.parametrize(
    "wrong",
    [
        {"propensity": [0.5, 0.0]}, {"propensity": [0.5, 1.1]}, {"propensity": [0.5, math.nan]},
        {"probability": [0.5, -0.1]}, {"probability": [2.0, 0.5]}, {"probability": [0.5]},
        {"reward": [1.0, math.inf]}, {"reward": []}, {"reward": [[1.0, 0.0]]}, {"customers": ["a"]},
        {"customers": ["a", "a"]}, {"clip": 0.0},
        {"reward": [1.0], "propensity": [1.0], "probability": [1.0]},
    ],
)  # fmt: skip
def test_rounds_that_cannot_be_used(wrong: dict[str, Any]) -> None:
    with pytest.raises(ImproveError) as error:
        ips(Rounds(**(GOOD | wrong)))
    assert error.value.found and error.value.expected


def test_more_that_cannot_be_used() -> None:
    with pytest.raises(ImproveError, match="never does"):
        snips(Rounds([1, 0], [0.5, 0.5], [0.0, 0.0]))
    with pytest.raises(ImproveError, match="predicted"):
        doubly_robust(Rounds(**GOOD), [0.1], [0.1, 0.1])  # type: ignore[arg-type]
