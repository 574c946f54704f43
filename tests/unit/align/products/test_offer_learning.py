"""The additive model, learning with and without labels, and models as files."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from onebasket.accounting import silent
from onebasket.align.products.additive import FEATURES, WIDTH, Additive, fit, knots
from onebasket.align.products.fields import find_fields
from onebasket.align.products.labelled import best_threshold, learn
from onebasket.align.products.learning import Judged, Sample, alone
from onebasket.align.products.matching import Settings, match
from onebasket.align.products.saved import public, restore, save
from onebasket.align.products.standing import BY, STANDING, Rivals
from onebasket.errors import MatchError
from onebasket.products import match_products
from tests.unit.align.products.world import judged, world


def drawn(size: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Features by chance, of which the first alone decides."""
    chance = np.random.default_rng(seed)
    features = chance.random((size, len(FEATURES))).astype(np.float32)
    odds = 12.0 * (features[:, 0] - 0.5)
    return features, (chance.random(size) < 1.0 / (1.0 + np.exp(-odds))).astype(np.float64)


def test_the_curve_that_made_the_labels_is_found() -> None:
    features, labels = drawn(20_000)
    model = fit(features, labels)
    asked = np.tile(np.float32(0.5), (11, len(FEATURES)))
    asked[:, 0] = np.linspace(0, 1, 11)
    told = model.score(asked)
    assert np.abs(told - told[5] - 12.0 * (asked[:, 0] - 0.5))[1:-1].max() < 1.0
    other = np.tile(np.float32(0.5), (2, len(FEATURES)))
    other[:, 1] = (0.2, 0.8)
    assert abs(np.diff(model.score(other))[0]) < 0.6


def test_parts_add_up_to_the_score() -> None:
    features, labels = drawn(2000)
    features[::3, 5] = np.nan
    model = fit(features, labels)
    bits = model.parts(features)
    assert bits.shape == (2000, 1 + len(FEATURES))
    np.testing.assert_allclose(bits.sum(axis=1) * np.log(2.0), model.score(features), rtol=1e-4, atol=1e-4)


def test_without_labels_enough_weights_stay_near_those_known() -> None:
    features, labels = drawn(2000)
    known = fit(features, labels)
    again = fit(features[:5], 1.0 - labels[:5], prior=known, ridge=1e6)
    np.testing.assert_allclose(again.weights, known.weights, atol=1e-3)


def test_knots_rise() -> None:
    assert all((np.diff(knots(name)) > 0).all() for name in FEATURES)


def test_the_best_threshold_lies_in_the_gap() -> None:
    assert best_threshold(np.array([3.0, 2.0, -1.0, -2.0]), np.array([1.0, 1.0, 0.0, 0.0])) == 0.5
    assert best_threshold(np.array([1.0, 1.0, 0.0]), np.array([1.0, 0.0, 1.0])) < 0.0


def test_pairs_of_one_kind_teach_nothing() -> None:
    with pytest.raises(MatchError, match="nothing to learn"):
        learn(np.zeros((3, len(FEATURES)), np.float32), np.ones(3))


def test_a_model_is_the_same_after_being_kept() -> None:
    features, labels = drawn(3000)
    model = learn(features, labels)
    again, names = restore(save(model, ("a", "b")))
    np.testing.assert_allclose(again.score(features), model.score(features), rtol=1e-4, atol=1e-4)
    assert names == ("a", "b")
    with pytest.raises(MatchError, match="no model of products"):
        restore("{}")
    with pytest.raises(MatchError, match="other features"):
        restore(save(model).replace(save(model)[13:29], "0" * 16))


def test_the_model_that_comes_along_fits_the_features() -> None:
    model, names = public()
    assert len(model.weights) == WIDTH and np.abs(model.weights).max() > 0.1
    assert len(names) == 3


@pytest.mark.parametrize("way", ["alone", "public", "pairs"])
def test_catalogues_are_matched_and_neighbours_told_apart(way: str) -> None:
    ours, theirs, truth = world(500, seed=3)
    asked = {"alone": way == "alone", "pairs": judged(*world(500, seed=3)) if way == "pairs" else None}
    found = match_products(ours, theirs, one_to_one=True, **asked)
    links = set(zip(found.links["id_a"].to_pylist(), found.links["id_b"].to_pylist(), strict=True))
    right = len(links & truth)
    assert right / len(links) > 0.93 and right / len(truth) > 0.93
    again = match_products(ours, theirs, one_to_one=True, **asked)
    assert again.links.equals(found.links)


def test_too_few_offers_are_judged_by_what_is_known_and_said_so() -> None:
    ours, theirs, truth = world(8, seed=5)
    found = match_products(ours, theirs, alone=True)
    assert any("weights are those of other catalogues" in note for note in found.notes)
    links = set(zip(found.links["id_a"].to_pylist(), found.links["id_b"].to_pylist(), strict=True))
    assert links <= truth and links


def test_nothing_is_learnt_from_no_candidates() -> None:
    nothing = np.zeros(0, np.int32)
    features = np.zeros((0, len(FEATURES)), np.float32)
    sample = Sample(nothing, nothing, nothing, features, np.zeros(0, np.bool_))
    learnt = alone(sample, public()[0], 0, silent)
    assert isinstance(learnt.models[0], Additive) and learnt.notes


@pytest.mark.parametrize("labels", [[], [1.0, 1.0], [0.0, 0.0]])
def test_labels_of_one_kind_are_fitted_soundly(labels: list[float]) -> None:
    features = np.full((len(labels), len(FEATURES)), 0.5, np.float32)
    model = fit(features, np.array(labels))
    assert np.isfinite(model.weights).all()
    assert not labels or (model.score(features) > 0.0).all() == (labels[0] == 1.0)


def test_decisions_teach_where_no_identifier_does() -> None:
    ours, theirs, _ = world(300, seed=4)
    plain = match_products(ours, theirs).matching
    one = int(np.argmin(np.abs(plain.scores)))
    pair = plain.left[[one]], plain.right[[one]]
    tables = [ours, theirs]
    fields = [find_fields(table, leave_out=("id",)) for table in tables]
    moved = {}
    for label in (0.0, 1.0):
        decided = Judged(*pair, np.array([label]))
        found = match(tables, fields, Settings(known=public()[0], decided=decided))
        moved[label] = float(found.judge(*pair)[0])
    assert moved[0.0] < plain.scores[one] - 0.1 and moved[1.0] > plain.scores[one] + 0.1


def test_too_few_offers_learn_from_decisions() -> None:
    ours, theirs, _ = world(8, seed=5)
    tables = [ours, theirs]
    fields = [find_fields(table, leave_out=("id",)) for table in tables]
    plain = match(tables, fields, Settings(known=public()[0]))
    pair = plain.left[:1], plain.right[:1]
    label = float(plain.scores[0] < 0.0)
    found = match(tables, fields, Settings(known=public()[0], decided=Judged(*pair, np.array([label]))))
    assert (found.scores[0] - plain.scores[0]) * (1.0 if label else -1.0) > 0.05


def test_how_a_pair_stands_depends_on_its_two_catalogues_only() -> None:
    ours, theirs, _ = world(120, seed=6)
    tables = [ours, theirs, theirs.rename_columns(["id", "label", "brand", "cost"])]
    three = match_products(*tables).matching
    between = three.offers.source[three.right] < 2
    left, right = three.left[between], three.right[between]
    alike = three.features(left, right)[:, [FEATURES.index(name) for name in BY]]
    alone = Rivals(three.offers, left, right, alike).standing(left, right, three.features(left, right))
    np.testing.assert_array_equal(three.features(left, right)[:, -len(STANDING) :], alone)


def test_what_was_learnt_from_is_told() -> None:
    ours, theirs, _ = world(200, seed=3)
    few, fewer = ours.slice(0, 3), theirs.slice(0, 3)
    names = list(public()[1])
    assert match_products(ours, theirs).learnt_from == [*names, "these catalogues"]
    assert match_products(ours, theirs, alone=True).learnt_from == ["these catalogues"]
    assert match_products(few, fewer).learnt_from == names
    assert match_products(few, fewer, alone=True).learnt_from == names
    assert match_products(few, fewer, known=Additive(np.ones(WIDTH))).learnt_from == ["a model to begin from"]


def test_settings_that_cannot_be_are_refused() -> None:
    settings = Settings(known=public()[0])
    with pytest.raises(MatchError, match="threshold is a probability"):
        dataclasses.replace(settings, threshold=1.0)
    with pytest.raises(MatchError, match="must be candidates"):
        dataclasses.replace(settings, most=0)
