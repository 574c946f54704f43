"""From histories to states, and from states to scores of all items."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor
from torch.nn import functional

from onebasket.timeline.encoder import Encoder
from onebasket.timeline.histories import Histories, Marks, Numbers, Places, in_order

if TYPE_CHECKING:
    from onebasket.timeline.network import Network

_PEOPLE = 512  # encoded at once
_SCORES = 4_000_000  # held at once: 16 MB


@torch.no_grad()
def vectors_of(network: Network) -> Tensor:
    """The vectors of all items, none first, (N + 1, D)."""
    made: Tensor = network.items(torch.arange(len(network.items) + 1, device=network.device))
    return made


@torch.inference_mode()
def ends_of(encoder: Encoder, histories: Histories, vectors: Tensor) -> Tensor:
    """The states after everybody's last event as they are, (people, D); 0 where there is none."""
    device = vectors.device
    made = torch.zeros(len(histories), vectors.shape[1], device=device)
    for people in in_order(histories, encoder.settings.length, _PEOPLE):
        batch = histories.batch(people, encoder.settings.length, device)
        states = encoder.last(batch, vectors)
        made[torch.from_numpy(people).to(device)] = states * (batch.lengths > 0)[:, None]
    return made


@torch.inference_mode()
def states_of(encoder: Encoder, histories: Histories, vectors: Tensor, asked: Marks | None = None) -> Tensor:
    """What everybody's history says of what comes next: unit vectors (people, D); 0 where there is none.

    `asked` (people, ASKED): the first marks of the event that is asked for; None: of any.
    """
    ends = ends_of(encoder, histories, vectors)
    told = None if asked is None else torch.from_numpy(asked).to(ends.device, torch.int64)
    some = torch.from_numpy(histories.lengths > 0).to(ends.device)
    return functional.normalize(encoder.towards(ends, told), dim=-1) * some[:, None]


@dataclass(frozen=True, eq=False)
class Wanted:
    """What people did after their histories: person p the `items[starts[p] : starts[p + 1]]`."""

    items: Numbers  # from 1 on, of one person each once
    starts: Places  # (people + 1,)

    def of(self, people: npt.NDArray[np.integer]) -> tuple[Places, Numbers]:
        """All items wanted by some people, and the places of these people in `people`."""
        lengths = np.diff(self.starts)[people]
        whose = np.repeat(np.arange(len(people)), lengths)
        inside = np.arange(len(whose)) - (lengths.cumsum() - lengths)[whose]
        return whose, self.items[self.starts[people][whose] + inside]

    def among(
        self, people: npt.NDArray[np.integer], rows: npt.NDArray[np.integer], items: npt.NDArray[np.integer]
    ) -> npt.NDArray[np.bool_]:
        """Which pairs of a place in `people` and an item are wanted."""
        whose, wanted = self.of(people)
        width = max(int(items.max(initial=0)), int(wanted.max(initial=0))) + 1
        return np.isin(rows.astype(np.int64) * width + items, whose * width + wanted)


class NextItems:
    """How well a network tells what people do next: NDCG@10 over all items, ties against the network."""

    def __init__(
        self,
        before: Histories,
        wanted: Wanted,
        masked: Histories | None,
        asked: Marks | None = None,
        top: int = 10,
    ) -> None:
        """`masked`: what in everybody's past is not ranked, but for what is wanted. `asked`: as for
        `states_of`."""
        self.before, self.wanted, self.masked, self.asked, self.top = before, wanted, masked, asked, top
        self.discounts = 1 / np.log2(np.arange(2, top + 2))
        self.best = np.concatenate([[1.0], self.discounts.cumsum()])

    def __call__(self, network: Network) -> float:
        """Mean NDCG of the people."""
        vectors = vectors_of(network)
        states = states_of(network.encoder, self.before, vectors, self.asked)
        items = functional.normalize(vectors[1:], dim=-1)
        total = 0.0
        for people in self.blocks(len(items)):
            scores = states[torch.from_numpy(people).to(states.device)] @ items.T
            total += self.gains(scores, people).sum()
        return float(total / max(len(self.before), 1))

    def asked_of(self, people: npt.NDArray[np.integer]) -> Marks | None:
        """What some of the people are asked for."""
        return None if self.asked is None else self.asked[people]

    def blocks(self, items: int, most: int | None = None) -> list[Numbers]:
        """People, the first `most` of them, in blocks whose scores fit the memory set aside for them."""
        size = max(1, _SCORES // max(items, 1))
        everybody = np.arange(len(self.before), dtype=np.int32)[:most]
        return [everybody[start : start + size] for start in range(0, len(everybody), size)]

    def gains(self, scores: Tensor | npt.NDArray[np.float32], people: Numbers) -> npt.NDArray[np.float64]:
        """Each one's NDCG; `scores` (people, N) are changed."""
        scores = torch.as_tensor(scores)
        whose, wanted = self.wanted.of(people)
        places = torch.from_numpy(whose), torch.from_numpy(wanted - 1).long()
        values = scores[places]
        if self.masked is not None:
            rows, had = self.masked.seen(people)
            scores[torch.from_numpy(rows), torch.from_numpy(had - 1).long()] = -torch.inf
        # A hair below itself, what is wanted ranks behind whatever has the same score.
        scores[places] = torch.nextafter(values, values.new_tensor(-torch.inf))
        lists = scores.topk(min(self.top, scores.shape[1])).indices.cpu().numpy()  # (people, top)
        width = scores.shape[1]
        hits = np.isin(np.arange(len(people))[:, None] * width + lists, whose * width + wanted - 1)
        sizes = np.bincount(whose, minlength=len(people))
        gained: npt.NDArray[np.float64] = hits @ self.discounts[: lists.shape[1]]
        best: npt.NDArray[np.float64] = self.best[np.minimum(sizes, self.top)]
        return gained / best
