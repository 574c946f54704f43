"""Trees over candidates, where there is next to nothing to learn from."""

from __future__ import annotations

import numpy as np
import pytest

from onebasket.recommenders.chances import Candidates, Chances, Shown

FACTS = 21


def shown(rows: int, bought: list[int], seed: int = 0) -> Shown:
    """Candidates of one person with random facts, some of which were bought."""
    facts = np.random.default_rng(seed).random((rows, FACTS)).astype(np.float32)
    candidates = Candidates(np.zeros(rows, np.int64), np.arange(rows), facts)
    return Shown(np.zeros(1, np.int32), candidates, np.isin(np.arange(rows), bought), 0.0)


@pytest.mark.parametrize(
    ("rows", "bought"),
    [(1, []), (1, [0]), (3, []), (3, [0, 1, 2]), (3, [1]), (200, []), (200, list(range(200))), (200, [7])],
)
def test_few_rows_and_one_class_give_finite_chances(rows: int, bought: list[int]) -> None:
    each = shown(rows, bought)
    trees = Chances.fit([each], seed=0)
    assert np.isfinite(trees.log_odds(each.candidates)).all()
    scores = trees.first(np.zeros((1, rows + 2), np.float32), each.candidates)
    assert np.isfinite(scores).all()
    assert scores[0, :rows].min() > scores[0, rows:].max()
    again = Chances(trees.text)
    assert (again.log_odds(each.candidates) == trees.log_odds(each.candidates)).all()


def test_no_candidates() -> None:
    trees = Chances.fit([shown(5, [1])], seed=0)
    nothing = shown(0, []).candidates
    assert not len(trees.log_odds(nothing))
    assert trees.first(np.ones((2, 3), np.float32), nothing).shape == (2, 3)
