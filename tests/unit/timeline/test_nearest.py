"""The best items are the best of all, in one order, however they are found."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor
from torch.nn import functional

from onebasket.timeline import nearest
from onebasket.timeline.nearest import Nearest, rounded_to_bytes

WAYS = [True, False]


def units(rows: int, width: int = 24, seed: int = 0) -> Tensor:
    return functional.normalize(torch.randn(rows, width, generator=torch.Generator().manual_seed(seed)))


def wanted(states: Tensor, vectors: Tensor, top: int) -> np.ndarray:
    """By all scores in double precision; equals by code."""
    scores = states.double().numpy() @ vectors.double().numpy().T
    return np.lexsort((np.broadcast_to(np.arange(len(vectors)), scores.shape), -scores))[:, :top]


@pytest.mark.parametrize("rounded", WAYS)
@pytest.mark.parametrize("top", [1, 7, 100])
@pytest.mark.parametrize("items", [100, 640, 5_003])
def test_they_are_the_best_of_all(items: int, top: int, rounded: bool) -> None:
    vectors, states = units(items), units(9, seed=1)
    found, scores = Nearest(vectors, rounded).best(states, top)
    assert np.array_equal(found.numpy(), wanted(states, vectors, top))
    assert torch.allclose(scores, (states @ vectors.T).gather(1, found), atol=1e-6)


@pytest.mark.parametrize("rounded", WAYS)
def test_vectors_of_few_large_numbers_lose_nothing(rounded: bool) -> None:
    """What rounds worst: one number that leaves the others no steps to stand on."""
    vectors = units(3_000) * 1e-3
    vectors[:, 3] = 1
    states = units(5, seed=1) * torch.where(torch.arange(24) == 3, 1e-4, 1.0)
    vectors, states = functional.normalize(vectors), functional.normalize(states)
    found, scores = Nearest(vectors, rounded).best(states, 20)
    best = (states.double() @ vectors.double().T).sort(descending=True).values[:, :20]
    assert torch.allclose(scores.double(), best, atol=2e-7)
    assert len(np.unique(found.numpy()[0])) == 20


@pytest.mark.parametrize("rounded", WAYS)
def test_equals_come_by_code(rounded: bool) -> None:
    """Every item ten times over, at places far apart."""
    vectors, states = units(300).repeat(10, 1), units(6, seed=1)
    found, scores = Nearest(vectors, rounded).best(states, 25)
    assert np.array_equal(
        found[:, :20].numpy() % 300, np.repeat(wanted(states, vectors[:300], 2), 10, axis=1)
    )
    assert (found[:, :10].diff(dim=1) == 300).all() and (found[:, 20:].diff(dim=1) == 300).all()
    assert (scores[:, :10] == scores[:, :1]).all()


@pytest.mark.parametrize("rounded", WAYS)
def test_states_of_nobody_and_more_than_there_is(rounded: bool) -> None:
    vectors = units(40)
    found, scores = Nearest(vectors, rounded).best(torch.zeros(1, 24), 50)
    assert found.tolist() == [list(range(40))] and not scores.any()
    assert Nearest(vectors, rounded).best(vectors[:0], 5)[0].shape == (0, 5)
    assert Nearest(vectors[:0], rounded).best(vectors[:2], 5)[0].shape == (2, 0)


def test_where_bytes_saturate_all_scores_are_plain(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nearest, "sums_are_exact", lambda: False)
    vectors = units(5_000)
    assert not Nearest(vectors).rounded
    assert np.array_equal(Nearest(vectors).best(units(2, seed=1), 9)[0], wanted(units(2, seed=1), vectors, 9))


def test_bytes_are_as_near_as_bytes_can_be() -> None:
    vectors = units(50) * torch.logspace(-3, 3, 50)[:, None]
    codes, scales = rounded_to_bytes(vectors)
    assert codes.dtype == torch.int8 and (codes.abs().amax(1) == 127).all()
    assert ((codes * scales[:, None] - vectors).abs() <= scales[:, None] * 0.5001).all()
    assert not rounded_to_bytes(torch.zeros(2, 4))[0].any()
