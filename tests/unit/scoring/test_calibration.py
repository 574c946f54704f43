"""Calibration recovers what is known to be true."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from onebasket.scoring.calibration import AMOUNTS, PROBABILITIES, Calibrator, Kind, fit, log_odds, sigmoid

ROWS = 40_000


def outcomes(truth: np.ndarray, seed: int = 1) -> np.ndarray:
    return (np.random.default_rng(seed).random(len(truth)) < truth).astype(np.float64)


@pytest.mark.parametrize("kind", ["platt", "isotonic"])
def test_a_distorted_probability_is_set_right(kind: Kind) -> None:
    truth = np.random.default_rng(0).beta(1.2, 2.0, ROWS)
    said = sigmoid(2.5 * log_odds(truth) + 1.0)
    made = fit(kind, said, outcomes(truth))
    assert np.abs(made(said) - truth).mean() < 0.012
    assert np.abs(said - truth).mean() > 0.1


def test_platt_finds_the_curve() -> None:
    truth = np.random.default_rng(0).beta(2.0, 2.0, ROWS)
    made = fit("platt", sigmoid((log_odds(truth) - 0.7) / 0.5), outcomes(truth))
    assert made.slope == pytest.approx(0.5, abs=0.02)
    assert made.shift == pytest.approx(0.7, abs=0.03)


def test_isotonic_follows_what_no_curve_does() -> None:
    said = np.random.default_rng(0).random(ROWS)
    truth = np.where(said < 0.5, 0.1, 0.8)
    made = fit("isotonic", said, outcomes(truth))
    assert made(np.array([0.25, 0.75])) == pytest.approx([0.1, 0.8], abs=0.02)


def test_a_scale_makes_the_sum_right() -> None:
    random = np.random.default_rng(0)
    said, found = random.random(1_000) * 50, random.random(1_000) * 80
    made = fit("scale", said, found)
    assert made(said).sum() == pytest.approx(found.sum())


@given(
    st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=200),
    st.sampled_from([*PROBABILITIES, *AMOUNTS]),
)
@example([(5e-324, True)], "scale")
def test_every_map_rises_and_stays_finite(rows: list[tuple[float, bool]], kind: Kind) -> None:
    said, found = (np.array(column, np.float64) for column in zip(*rows, strict=True))
    made = fit(kind, said, found)
    grid = made(np.linspace(0, 1, 101))
    assert np.isfinite(grid).all()
    assert (np.diff(grid) >= -1e-9).all()
    if kind in ("platt", "isotonic"):
        assert (grid >= 0).all() and (grid <= 1).all()


@pytest.mark.parametrize("kind", [*PROBABILITIES, *AMOUNTS])
def test_nothing_to_learn_from_changes_nothing(kind: Kind) -> None:
    assert fit(kind, np.zeros(0), np.zeros(0)) == Calibrator()


def test_nothing_is_done_by_default() -> None:
    assert Calibrator()(np.array([0.2, 0.8])).tolist() == [0.2, 0.8]
