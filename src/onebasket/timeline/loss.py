"""How far states are from what came next."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

_HELD = 1 << 20  # pairs of a state and an item at once: 4 MB


@dataclass(frozen=True)
class Sample:
    """The items that a batch's targets compete with, as rows of its vectors."""

    negatives: Tensor  # (K,) drawn evenly and without repeats, the same for every target
    weight: float  # items each of them stands for: all there are, by K
    recent: Tensor | None  # (P, R) of each target's own history; 0 for none


def sampled_softmax(
    states: Tensor,
    targets: Tensor,
    sample: Sample,
    vectors: Tensor,
    temperature: float,
    counts: Tensor | None = None,
) -> Tensor:
    """Mean cross-entropy of targets among sampled items, by cosine.

    `states` (P, D), `targets` (P,) rows of `vectors` (R, D), whose row 0 stands for no item; `counts` (P,):
    what each target counts in the mean. A sampled item counts for as many as it was drawn from, which makes
    the sum over the sample an unbiased one over all (the "logQ" correction: Bengio and Senécal, "Adaptive
    importance sampling", 2008). Items of the recent past are always there. No item is a negative where it is
    the target.
    """
    states = functional.normalize(states, dim=-1) / temperature
    vectors = functional.normalize(vectors, dim=-1)
    right = (states * functional.embedding(targets, vectors)).sum(-1)  # (P,)
    others = functional.embedding(sample.negatives, vectors)  # (K, D)
    rest = right.exp()
    if sample.recent is not None:
        recent = functional.embedding(sample.recent, vectors)  # (P, R, D)
        own = (recent * states[:, None]).sum(-1).exp()
        rest = rest + own.masked_fill((sample.recent == 0) | (sample.recent == targets[:, None]), 0).sum(1)
    counts = torch.ones_like(right) if counts is None else counts
    shares = counts / counts.sum().clamp(min=1e-6)
    hits = _hits(targets, sample.negatives, len(vectors))
    whole: Tensor = _Whole.apply(states, others, rest, shares, sample.weight, *hits)  # type: ignore[no-untyped-call]
    return whole - (shares * right).sum()


class _Whole(torch.autograd.Function):
    """Σ_p s_p · ln(rest_p + weight · Σ_k exp⟨h_p, v_k⟩), but for the pairs of `who` (rising) and `which`.

    Exponents are cosines by temperature, hence bounded, and no maximum needs to be taken off. The matrix of
    all pairs (P, K) would be most of the memory of a step: some rows of it are made at a time, few enough to
    stay near the processor, and gradients are taken while they are there.
    """

    @staticmethod
    def forward(
        ctx: Any,
        states: Tensor,
        vectors: Tensor,
        rest: Tensor,
        shares: Tensor,
        weight: float,
        who: Tensor,
        which: Tensor,
    ) -> Tensor:
        kind = states.device.type
        if torch.is_autocast_enabled(kind):
            states, vectors = (each.to(torch.get_autocast_dtype(kind)) for each in (states, vectors))
        by_states, by_vectors, by_rest = (
            torch.zeros_like(each, dtype=rest.dtype) for each in (states, vectors, rest)
        )
        size = max(1, _HELD // len(vectors))
        ends = torch.searchsorted(who, torch.arange(0, len(states) + size, size, device=who.device)).tolist()
        value = rest.new_zeros(())
        for place, start in enumerate(range(0, len(states), size)):
            part, hits = slice(start, start + size), slice(ends[place], ends[place + 1])
            mass = (states[part] @ vectors.T).exp_()
            mass[who[hits] - start, which[hits]] = 0
            whole = rest[part] + weight * mass.sum(1, dtype=rest.dtype)
            value += (shares[part] * whole.log()).sum()
            by_rest[part] = shares[part] / whole
            mass *= (weight * by_rest[part])[:, None]
            by_states[part] = mass @ vectors
            by_vectors += mass.T @ states[part]
        ctx.save_for_backward(by_states, by_vectors, by_rest)
        return value

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> Any:
        return *(gradients[0] * each for each in ctx.saved_tensors), None, None, None, None


def _hits(targets: Tensor, negatives: Tensor, rows: int) -> tuple[Tensor, Tensor]:
    """Which targets are among the negatives, and where."""
    place = targets.new_full((rows,), -1)
    place[negatives] = torch.arange(len(negatives), device=targets.device)
    found = place[targets]
    who = torch.nonzero(found >= 0)[:, 0]
    return who, found[who]
