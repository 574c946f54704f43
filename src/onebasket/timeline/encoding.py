"""From histories to states, and from states to scores of all items."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor
from torch.nn import functional

from onebasket.timeline.histories import Histories, Numbers, in_order
from onebasket.timeline.network import Encoder, Network

_PEOPLE = 512  # encoded at once
_SCORES = 16_000_000  # held at once: 64 MB


@torch.no_grad()
def vectors_of(network: Network) -> Tensor:
    """The vectors of all items, none first, (N + 1, D)."""
    made: Tensor = network.items(torch.arange(len(network.items) + 1, device=network.device))
    return made


@torch.no_grad()
def states_of(encoder: Encoder, histories: Histories, vectors: Tensor) -> Tensor:
    """What everybody's history says of what comes next: unit vectors (people, D); 0 where there is none."""
    device = vectors.device
    made = torch.zeros(len(histories), vectors.shape[1], device=device)
    for people in in_order(histories, encoder.settings.length, _PEOPLE):
        batch = torch.from_numpy(histories.padded(people, encoder.settings.length)).to(device, torch.int64)
        lengths = (batch > 0).sum(1)
        some = lengths > 0
        ends = encoder(batch, vectors)[torch.arange(len(batch), device=device), (lengths - 1).clamp(min=0)]
        made[torch.from_numpy(people).to(device)] = functional.normalize(ends, dim=-1) * some[:, None]
    return made


class NextItem:
    """How well a network tells what people do next: NDCG@10 over all items, ties against the network."""

    def __init__(self, before: Histories, wanted: npt.NDArray[np.int32], masked: bool, top: int = 10) -> None:
        """`wanted` (people,) is what came after `before`. `masked`: what is in there is not ranked."""
        self.before, self.wanted, self.masked, self.top = before, wanted, masked, top

    def __call__(self, network: Network) -> float:
        """Mean NDCG of people whose next item is one of the network's."""
        vectors = vectors_of(network)
        states = states_of(network.encoder, self.before, vectors)
        items = functional.normalize(vectors, dim=-1)
        total = 0.0
        for people in self.blocks(len(items)):
            scores = states[torch.from_numpy(people).to(states.device)] @ items[1:].T
            total += self.gains(scores, people).sum()
        return float(total / max(len(self.before), 1))

    def blocks(self, items: int, most: int | None = None) -> list[Numbers]:
        """People, the first `most` of them, in blocks whose scores fit the memory set aside for them."""
        size = max(1, _SCORES // items)
        everybody = np.arange(len(self.before), dtype=np.int32)[:most]
        return [everybody[start : start + size] for start in range(0, len(everybody), size)]

    def gains(self, scores: Tensor | npt.NDArray[np.float32], people: Numbers) -> npt.NDArray[np.float64]:
        """What each one's target earns at its place in the list; `scores` (people, N) are changed."""
        scores = torch.as_tensor(scores)
        wanted = torch.from_numpy(self.wanted[people]).to(scores.device, torch.int64)[:, None] - 1
        value = scores.gather(1, wanted)
        if self.masked:
            seen = self.before.padded(people, 1 << 30).astype(np.int64)
            seen = np.where(seen > 0, seen, self.wanted[people][:, None]) - 1  # whose score is put back
            scores.scatter_(1, torch.from_numpy(seen).to(scores.device), -torch.inf)
            scores.scatter_(1, wanted, value)
        ranks = (scores >= value).sum(1).cpu().numpy()  # from one
        return np.where(ranks <= self.top, 1 / np.log2(ranks + 1.0), 0.0)
