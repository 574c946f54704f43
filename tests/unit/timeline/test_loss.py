"""The loss is what its definition says, and so are its gradients."""

from __future__ import annotations

import pytest
import torch
from torch.nn import functional

from onebasket.timeline import loss
from onebasket.timeline.loss import Sample, sampled_softmax

ITEMS, TEMPERATURE = 30, 0.2


def world(seed: int = 0) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    random = torch.Generator().manual_seed(seed)
    states = torch.randn(12, 8, generator=random, dtype=torch.float64).requires_grad_()
    vectors = torch.randn(ITEMS + 1, 8, generator=random, dtype=torch.float64).requires_grad_()
    return states, vectors, torch.randint(1, ITEMS + 1, (12,), generator=random)


def written_out(
    states: torch.Tensor, vectors: torch.Tensor, targets: torch.Tensor, sample: Sample
) -> torch.Tensor:
    """The definition, one target at a time."""
    losses = []
    for place, target in enumerate(targets.tolist()):
        cosines = functional.cosine_similarity(states[place], vectors, dim=-1) / TEMPERATURE
        mass = cosines[target].exp()
        for negative in sample.negatives.tolist():
            if negative != target:
                mass = mass + sample.weight * cosines[negative].exp()
        for recent in sample.recent[place].tolist() if sample.recent is not None else []:
            if recent not in (0, target):
                mass = mass + cosines[recent].exp()
        losses.append(mass.log() - cosines[target])
    return torch.stack(losses).mean()


@pytest.mark.parametrize("held", [1, 30, 35, 1 << 20])
def test_it_is_what_it_says_with_its_gradients(held: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many pairs are held at once."""
    monkeypatch.setattr(loss, "_HELD", held)
    states, vectors, targets = world()
    recent = torch.tensor([[1, 0], [int(targets[1]), 2]] * 6)
    sample = Sample(torch.randperm(ITEMS)[:10] + 1, ITEMS / 10, recent)
    fast = torch.autograd.grad(
        sampled_softmax(states, targets, sample, vectors, TEMPERATURE), (states, vectors)
    )
    slow = torch.autograd.grad(written_out(states, vectors, targets, sample), (states, vectors))
    for one, other in zip(fast, slow, strict=True):
        assert torch.allclose(one, other)


def test_some_targets_count_for_more() -> None:
    states, vectors, targets = world(3)
    sample, counts = Sample(torch.arange(1, 11), 3.0, None), torch.arange(12, dtype=torch.float64)
    each = torch.stack([
        sampled_softmax(states[[at]], targets[[at]], sample, vectors, TEMPERATURE) for at in range(12)
    ])  # fmt: skip
    wanted = (each * counts).sum() / counts.sum()
    assert torch.allclose(sampled_softmax(states, targets, sample, vectors, TEMPERATURE, counts), wanted)


def test_with_all_items_drawn_it_is_the_full_softmax() -> None:
    states, vectors, targets = world(1)
    sample = Sample(torch.arange(1, ITEMS + 1), 1.0, None)
    scores = functional.normalize(states, dim=-1) @ functional.normalize(vectors[1:], dim=-1).T / TEMPERATURE
    assert torch.allclose(
        sampled_softmax(states, targets, sample, vectors, TEMPERATURE),
        functional.cross_entropy(scores, targets - 1),
    )


def test_the_sample_stands_for_all_items() -> None:
    """The mean over many samples comes near the full softmax."""
    states, vectors, targets = world(2)
    full = sampled_softmax(states, targets, Sample(torch.arange(1, ITEMS + 1), 1.0, None), vectors, 1.0)
    drawn = [
        sampled_softmax(
            states, targets, Sample(torch.randperm(ITEMS)[:15] + 1, ITEMS / 15, None), vectors, 1.0
        )
        for _ in range(300)
    ]
    assert abs(torch.stack(drawn).mean() - full.mean()) < 0.05
