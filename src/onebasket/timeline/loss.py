"""How far states are from what came next."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional


@dataclass(frozen=True)
class Sample:
    """The items that a batch's targets compete with, as rows of its vectors."""

    negatives: Tensor  # (K,) drawn evenly and without repeats, the same for every target
    weight: float  # items each of them stands for: all there are, by K
    recent: Tensor | None  # (P, R) of each target's own history; 0 for none


def sampled_softmax(
    states: Tensor, targets: Tensor, sample: Sample, vectors: Tensor, temperature: float
) -> Tensor:
    """Cross-entropy of targets among sampled items, by cosine, (P,).

    `states` (P, D), `targets` (P,) rows of `vectors` (R, D), whose row 0 stands for no item. A sampled item
    counts for as many as it was drawn from, which makes the sum over the sample an unbiased one over all
    (the "logQ" correction: Bengio and Senécal, "Adaptive importance sampling", 2008). Items of the recent
    past are always there. No item is a negative where it is the target.
    """
    states = functional.normalize(states, dim=-1) / temperature
    vectors = functional.normalize(vectors, dim=-1)
    right = (states * functional.embedding(targets, vectors)).sum(-1)  # (P,)
    others = functional.embedding(sample.negatives, vectors)  # (K, D)
    hits = _hits(targets, sample.negatives, len(vectors))
    wrong: Tensor = _Mass.apply(states, others, *hits) * sample.weight  # type: ignore[no-untyped-call]
    if sample.recent is not None:
        recent = functional.embedding(sample.recent, vectors)  # (P, R, D)
        own = (recent * states[:, None]).sum(-1).exp()
        wrong = wrong + own.masked_fill((sample.recent == 0) | (sample.recent == targets[:, None]), 0).sum(1)
    losses: Tensor = torch.log(right.exp() + wrong) - right
    return losses


class _Mass(torch.autograd.Function):
    """Σ_k exp⟨h_p, v_k⟩ (P,), without the pairs named by `who` and `which`.

    Exponents are cosines by temperature, hence bounded, and no maximum needs to be taken off. One matrix
    (P, K) is held and worked on in place: that is most of the time and memory of a step.
    """

    @staticmethod
    def forward(ctx: Any, states: Tensor, vectors: Tensor, who: Tensor, which: Tensor) -> Tensor:
        if torch.is_autocast_enabled(states.device.type):
            kind = torch.get_autocast_dtype(states.device.type)
            states, vectors = states.to(kind), vectors.to(kind)
        exponentials = (states @ vectors.T).exp_()
        exponentials[who, which] = 0
        ctx.save_for_backward(exponentials, states, vectors)
        return exponentials.sum(1, dtype=torch.float32)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> Any:
        exponentials, states, vectors = ctx.saved_tensors
        weighed = exponentials.mul_(gradients[0][:, None])
        return (weighed @ vectors).float(), (weighed.T @ states).float(), None, None


def _hits(targets: Tensor, negatives: Tensor, rows: int) -> tuple[Tensor, Tensor]:
    """Which targets are among the negatives, and where."""
    place = targets.new_full((rows,), -1)
    place[negatives] = torch.arange(len(negatives), device=targets.device)
    found = place[targets]
    who = torch.nonzero(found >= 0)[:, 0]
    return who, found[who]
