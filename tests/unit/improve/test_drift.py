"""Drift: known values, no alarm where nothing moved, an alarm where something did."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from onebasket.drift import Summary
from onebasket.errors import ImproveError, ModelError
from onebasket.improve import (
    categories_drift,
    drift,
    numbers_drift,
    summarise_categories,
    summarise_numbers,
)


def test_psi_of_known_shares() -> None:
    then = summarise_categories(["a"] * 6_000 + ["b"] * 4_000)
    found = categories_drift(then, ["a"] * 4_000 + ["b"] * 6_000)
    assert found.psi == pytest.approx(0.4 * math.log(1.5), rel=1e-3)  # 2 · .2 · ln(.6 / .4)
    assert found.verdict == "moving" and found.p_value < 1e-100
    assert found.by_chance == pytest.approx(2 / 10_000) and found.rows == (10_000, 10_000)


@pytest.mark.parametrize("shift", [0.0, 0.1, 0.4])
def test_ks_is_that_of_scipy(shift: float) -> None:
    random = np.random.default_rng(0)
    then, now = random.normal(0, 1, 3_000), random.normal(shift, 1, 900)
    found, known = numbers_drift(summarise_numbers(then), now), stats.ks_2samp(then, now, method="asymp")
    assert found.ks is not None and known.statistic - 1 / 490 <= found.ks <= known.statistic
    exact = numbers_drift(summarise_numbers(then[:400]), now)
    known = stats.ks_2samp(then[:400], now, method="asymp")
    assert exact.ks == pytest.approx(known.statistic)
    assert exact.ks_p_value == pytest.approx(known.pvalue, rel=0.15, abs=1e-9)


@pytest.mark.parametrize(
    ("scaled", "known"),
    [(0.1, 1.0), (0.5, 0.9639), (0.9, 0.3927), (1.0, 0.27), (1.36, 0.0495), (1.63, 0.0098)],
)
def test_tails_of_kolmogorov_from_tables(scaled: float, known: float) -> None:
    rows = 10**12  # so many that what is added for few does not matter
    assert drift._by_chance(scaled / math.sqrt(rows / 2), rows, rows) == pytest.approx(known, abs=1e-4)


def drawn(kind: str, random: np.random.Generator, size: int) -> np.ndarray:
    if kind == "normal":
        return random.normal(0, 1, size)
    if kind == "counts":
        return random.poisson(0.6, size).astype(float)
    if kind == "money":
        return np.where(random.random(size) < 0.7, 0.0, random.lognormal(3, 1, size))
    return np.where(random.random(size) < 0.2, np.nan, random.normal(0, 1, size))


@pytest.mark.parametrize("kind", ["normal", "counts", "money", "missing"])
@pytest.mark.parametrize("rows", [30, 200, 5_000])
def test_nothing_moved_and_no_alarm(kind: str, rows: int) -> None:
    """2 of 200 windows may be called moving, where one in a thousand is expected at most."""
    random, alarms, psi, ks, chance = np.random.default_rng(rows), 0, [], [], []
    for _ in range(200):
        then = summarise_numbers(drawn(kind, random, 2_000))
        found = numbers_drift(then, drawn(kind, random, rows))
        alarms += found.verdict != "stable"
        psi.append(found.psi)
        chance.append(found.by_chance)
        ks.append(found.ks_p_value)
    assert alarms <= 2
    assert np.mean(psi) == pytest.approx(np.mean(chance), rel=0.25)
    assert np.mean(np.array(ks, float) < 0.05) < 0.1


def test_categories_that_did_not_move() -> None:
    random = np.random.default_rng(1)
    names = [f"n{number}" for number in range(300)]
    likely = random.dirichlet(np.full(300, 0.3))
    found = [
        categories_drift(
            summarise_categories(random.choice(names, 2_000, p=likely)), random.choice(names, 300, p=likely)
        )
        for _ in range(200)
    ]
    assert sum(each.verdict != "stable" for each in found) <= 2
    assert np.mean([each.psi for each in found]) > drift.MOVING  # by chance alone


@pytest.mark.parametrize(("shift", "verdict"), [(0.1, "stable"), (0.4, "moving"), (0.8, "drifted")])
def test_what_moved_is_seen(shift: float, verdict: str) -> None:
    random = np.random.default_rng(2)
    found = numbers_drift(summarise_numbers(random.normal(0, 1, 5_000)), random.normal(shift, 1, 3_000))
    assert found.verdict == verdict and found.ks_p_value is not None and found.ks_p_value < 0.001


def test_missing_values_new_categories_and_constants_are_seen() -> None:
    random = np.random.default_rng(3)
    then = summarise_numbers(random.normal(0, 1, 1_000))
    gone = numbers_drift(then, np.where(random.random(1_000) < 0.4, np.nan, random.normal(0, 1, 1_000)))
    assert (
        gone.verdict == "drifted" and gone.missing[0] == 0 and gone.missing[1] == pytest.approx(0.4, abs=0.05)
    )
    fresh = categories_drift(summarise_categories(["a", "b", None] * 300), ["c"] * 100)
    assert fresh.verdict == "drifted" and fresh.missing == (pytest.approx(1 / 3), 0)
    constant = summarise_numbers(np.full(500, 5.0))
    assert numbers_drift(constant, np.full(500, 5.0)).verdict == "stable"
    for other in (4.0, 6.0):
        found = numbers_drift(constant, np.full(500, other))
        assert found.verdict == "drifted" and found.ks == 1


def test_nothing_but_missing_values() -> None:
    then = summarise_numbers(np.full(200, np.nan))
    assert numbers_drift(then, np.full(100, np.nan)) == drift.Drift("stable", 0, 0, 1, (200, 100), (1, 1))
    assert numbers_drift(then, np.arange(100.0)).verdict == "drifted"


@given(st.lists(st.one_of(st.just(math.nan), st.floats(-1e9, 1e9), st.sampled_from([0.0, 1.0])), min_size=1))
def test_a_window_beside_itself_has_not_moved(values: list[float]) -> None:
    then = summarise_numbers(values)
    found = numbers_drift(then, values)
    assert (found.verdict, found.psi, found.p_value) == ("stable", 0, 1)
    assert sum(then.counts) == len(values) and len(then.counts) == len(then.edges) + 2
    assert found.ks in (None, 0)


def test_summaries_are_small_and_survive_the_disk(tmp_path: Path) -> None:
    random = np.random.default_rng(4)
    made: dict[str, Summary] = {
        "money": summarise_numbers(random.lognormal(3, 1, 50_000)),
        "brand": summarise_categories(np.array([f"b{number}" for number in range(2_000)])),
    }
    drift.save(made, tmp_path / "window.json")
    assert drift.load(tmp_path / "window.json") == made
    assert [path.name for path in tmp_path.iterdir()] == ["window.json"]
    assert (tmp_path / "window.json").stat().st_size < 30_000
    assert len(made["brand"].counts) == drift.KEPT + 2


def test_what_cannot_be_used(tmp_path: Path) -> None:
    for wrong in ([], [math.inf], [[1.0]]):
        with pytest.raises(ImproveError):
            summarise_numbers(wrong)
    with pytest.raises(ImproveError):
        categories_drift(summarise_categories(["a"]), [])
    with pytest.raises(ModelError, match="training window"):
        drift.load(tmp_path / "none.json")
    (tmp_path / "bytes.json").write_bytes(b'{"a\xff": 1}')
    with pytest.raises(ModelError):
        drift.load(tmp_path / "bytes.json")
    (tmp_path / "broken.json").write_text('{"money": {"type": "numbers"}}', encoding="utf-8")
    with pytest.raises(ModelError, match="train"):
        drift.load(tmp_path / "broken.json")
