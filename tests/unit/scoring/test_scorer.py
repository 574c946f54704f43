"""Scorers: they tell what is so, twice the same, and come back from disk as they were or not at all."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from onebasket.errors import ModelError
from onebasket.scoring import Frame, Method, Sample, Scorer, Scorers, load, save
from onebasket.scoring.calibration import sigmoid
from onebasket.scoring.learners import Linear, Trees, TreeSettings
from onebasket.scoring.scorer import fit, shortened

NAMES = ("one", "other", "noise_days")
TREES = TreeSettings(rounds=60, leaves=7, least=30, rate=0.1, columns=1.0)
METHODS = {
    "base_rate": Method("base_rate", ()),
    "recency_frequency": Method("recency_frequency", NAMES, calibrator="platt"),
    "boosting": Method("boosting", NAMES, TREES, "isotonic"),
}


def sample(rows: int = 6_000, seed: int = 0, money: bool = False) -> tuple[Sample, np.ndarray]:
    random = np.random.default_rng(seed)
    values = random.normal(size=(rows, 3)).astype(np.float32)
    values[random.random(rows) < 0.2, 2] = np.nan
    truth = 1 / (1 + np.exp(-(1.5 * values[:, 0] - values[:, 1])))
    goal = random.poisson(20 * truth) if money else random.random(rows) < truth
    ids = pa.array([f"c{n % (rows // 2)}" for n in range(rows)])
    frame = Frame(ids, None, NAMES, values)
    return Sample.of([frame], [goal.astype(np.float64)], NAMES), 20 * truth if money else truth


@pytest.mark.parametrize("name", ["recency_frequency", "boosting"])
def test_a_known_probability_is_found(name: str) -> None:
    early, _ = sample()
    scorer = fit("task", early, METHODS[name], False, seed=0)
    late, truth = sample(seed=1)
    said = scorer.says(late.frame)
    assert np.abs(said - truth).mean() < 0.05
    edges = np.quantile(said, np.linspace(0, 1, 16)[1:-1])
    bins = np.searchsorted(edges, said)
    gaps = [abs(said[bins == n].mean() - truth[bins == n].mean()) for n in range(15)]
    assert np.mean(gaps) < 0.02


def test_a_known_amount_is_found() -> None:
    early, _ = sample(money=True)
    method = Method("boosting", NAMES, TREES, "scale")
    late, truth = sample(seed=1, money=True)
    said = fit("task", early, method, True, seed=0).says(late.frame)
    assert said.sum() == pytest.approx(truth.sum(), rel=0.03)
    assert np.corrcoef(said, truth)[0, 1] > 0.97


@pytest.mark.parametrize("name", METHODS)
def test_twice_is_the_same_and_so_is_what_comes_back(name: str, tmp_path: Path) -> None:
    early, _ = sample(1_000)
    for place in ("one", "two"):
        scorer = fit("task", early, METHODS[name], False, seed=3)
        save(tmp_path / place, Scorers(datetime(2024, 1, 1), (scorer,)))
    files = sorted(path.name for path in (tmp_path / "one").iterdir())
    for file in files:
        assert (tmp_path / "one" / file).read_bytes() == (tmp_path / "two" / file).read_bytes()
    (back,) = load(tmp_path / "one").each
    assert np.array_equal(back.says(early.frame), scorer.says(early.frame))
    assert load(tmp_path / "one").moment == datetime(2024, 1, 1)


def kept(folder: Path) -> Scorer:
    early, _ = sample(600)
    scorer = fit("task", early, METHODS["boosting"], False, seed=0)
    save(folder, Scorers(None, (scorer,)))
    return scorer


def test_damage_and_other_versions_are_told(tmp_path: Path) -> None:
    kept(tmp_path)
    head, text = tmp_path / "scorers.json", tmp_path / "task.0.txt"
    good, trees = head.read_bytes(), text.read_bytes()

    def refused(match: str) -> None:
        with pytest.raises(ModelError, match=match):
            load(tmp_path)
        head.write_bytes(good)
        text.write_bytes(trees)

    text.write_bytes(trees.replace(b"leaf_value=", b"leaf_value=9", 1))
    refused("damaged")
    text.unlink()
    refused("damaged")
    head.write_bytes(good[: len(good) // 2])
    refused("damaged")
    head.write_bytes(good.replace(b'"slope":1.0', b'"slope":2.0', 1))
    refused("damaged")
    head.write_bytes(b"[]")
    refused("damaged")
    head.write_bytes(b"\xff\xfe")
    refused("damaged")
    head.write_bytes(json.dumps(json.loads(good) | {"format": 99}).encode())
    refused("another format")
    head.write_bytes(good.replace(b"task.0.txt", b"../../etc", 1))
    refused("damaged")
    head.unlink()
    refused("no scorers")
    assert load(tmp_path).each


def test_no_scorers_are_scorers_too(tmp_path: Path) -> None:
    save(tmp_path, Scorers(None, ()))
    assert load(tmp_path) == Scorers(None, ())


@pytest.mark.parametrize("rows", [1, 2, 9])
@pytest.mark.parametrize("name", METHODS)
def test_a_few_rows_are_enough(rows: int, name: str) -> None:
    values = np.ones((rows, 3), np.float32)
    frame = Frame(pa.array([f"c{n}" for n in range(rows)]), None, NAMES, values)
    some = Sample.of([frame], [np.arange(rows) % 2.0], NAMES)
    for money in (False, True):
        said = fit("task", some, METHODS[name], money, seed=0).says(frame)
        assert np.isfinite(said).all()


@pytest.mark.parametrize("money", [False, True])
@pytest.mark.parametrize("name", METHODS)
def test_parts_sum_to_what_each_learner_says(name: str, money: bool) -> None:
    early, _ = sample(1_000, money=money)
    scorer = fit("task", early, METHODS[name], money, seed=0)
    rows = early.frame.aligned(scorer.columns)[:50]
    for learner in scorer.learners:
        total = learner.parts(rows).sum(axis=1)
        if isinstance(learner, Trees):
            raw = learner.booster.predict(rows, num_iteration=learner.rounds, raw_score=True)
            assert total == pytest.approx(raw, abs=1e-6)
            said = np.exp(total) if money else sigmoid(total)
        elif isinstance(learner, Linear):
            said = np.maximum(total, 0) if money else sigmoid(total)
        else:
            said = total
        assert learner.says(rows) == pytest.approx(said, abs=1e-6)
    parts = scorer.parts(early.frame)
    assert parts.shape == (1_000, len(scorer.columns))
    if name != "base_rate":  # the truth: the first raises it most, the second lowers it, noise does little
        assert np.corrcoef(parts[:, 0], early.frame.values[:, 0])[0, 1] > 0.8
        assert np.corrcoef(parts[:, 1], early.frame.values[:, 1])[0, 1] < -0.8
        assert np.abs(parts[:, 2]).mean() < 0.4 * np.abs(parts[:, 1]).mean()


def test_trees_that_are_not_asked_add_nothing() -> None:
    early, _ = sample(600)
    scorer = fit("task", early, METHODS["boosting"], False, seed=0)
    (few, *_), rows = shortened(scorer.learners, 5), early.frame.values[:20]
    assert sigmoid(few.parts(rows).sum(axis=1)) == pytest.approx(few.says(rows), abs=1e-9)
    assert few.parts(rows[:0]).shape == (0, 4)
