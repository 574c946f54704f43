"""Trees asked fast say what LightGBM says, to the bit."""

from __future__ import annotations

from typing import Any

import lightgbm
import numpy as np
import pytest

from onebasket.recommenders.forest import Forest

RANDOM = np.random.default_rng(0)
ROWS = 3_000


def facts(unknown: float) -> np.ndarray:
    made = (RANDOM.standard_normal((ROWS, 6)) * [1, 10, 0.01, 1, 100, 1]).astype(np.float32)
    made[:, 3] = np.round(made[:, 3])
    made[RANDOM.random(made.shape) < unknown] = np.nan
    return made


def learnt(told: np.ndarray, rounds: int = 40, categories: Any = "auto", **settings: Any) -> lightgbm.Booster:
    likely = np.nan_to_num(told[:, 0]) + np.nan_to_num(told[:, 3]) + RANDOM.standard_normal(ROWS)
    usual = {"objective": "binary", "verbose": -1, "num_leaves": 31, "num_threads": 1}
    data = lightgbm.Dataset(told, (likely > 0).astype(int), categorical_feature=categories)
    return lightgbm.train(usual | settings, data, rounds)


@pytest.mark.parametrize("unknown", [0.0, 0.3])
@pytest.mark.parametrize("leaves", [2, 31, 32])
def test_it_says_what_lightgbm_says(unknown: float, leaves: int) -> None:
    told = facts(unknown)
    trees, asked = learnt(told, num_leaves=leaves, min_data_in_leaf=2), facts(0.2)
    asked[:50] = told[:50]
    asked[50:60] = np.nan
    asked[60:70] = 0
    forest = Forest.of(trees.model_to_string())
    assert forest is not None
    assert np.array_equal(forest.sums(asked.T), trees.predict(asked, raw_score=True, num_threads=1))


def test_values_at_a_threshold_go_the_same_way() -> None:
    trees = learnt(facts(0.0))
    forest = Forest.of(trees.model_to_string())
    assert forest is not None
    asked = np.repeat(forest.most[:300, None], 6, axis=1)
    beside = [np.nextafter(asked, np.float32(way)) for way in (np.inf, -np.inf)]
    asked = np.concatenate([asked, *beside])
    assert np.array_equal(forest.sums(asked.T), trees.predict(asked, raw_score=True, num_threads=1))


def test_trees_that_never_split() -> None:
    trees = learnt(facts(0.0), min_data_in_leaf=ROWS)
    forest, asked = Forest.of(trees.model_to_string()), facts(0.0)[:5]
    assert forest is not None
    assert np.array_equal(forest.sums(asked.T), trees.predict(asked, raw_score=True))
    assert not len(forest.sums(asked[:0].T))


@pytest.mark.parametrize("settings", [{"num_leaves": 63}, {"zero_as_missing": True}, {"categories": [3]},
                                      {"linear_tree": True}])  # fmt: skip
def test_other_kinds_of_trees_are_left_to_lightgbm(settings: dict[str, Any]) -> None:
    told = facts(0.0)
    told[:, 3] = np.abs(told[:, 3])
    assert Forest.of(learnt(told, **settings).model_to_string()) is None
