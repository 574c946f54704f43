"""Small worlds in which it is known what comes next."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from onebasket.timeline.encoding import NextItems, Wanted
from onebasket.timeline.histories import Histories
from onebasket.timeline.network import Known, Network
from onebasket.timeline.settings import TimelineSettings
from onebasket.timeline.training import Training

ITEMS = 20
TINY = TimelineSettings(
    width=16, length=8, dropout=0.1, negatives=10, batch=120, learning_rate=0.01, averaging=0.9, epochs=12
)


def circles(people: int = 80, seed: int = 0) -> Histories:
    """Everybody walks a circle of the items, one or two steps at a time, the same for good."""
    random = np.random.default_rng(seed)
    lists = []
    for _ in range(people):
        start, pace, length = random.integers(0, ITEMS), random.integers(1, 3), random.integers(4, 12)
        lists.append([int((start + pace * place) % ITEMS) + 1 for place in range(length)])
    return Histories.of(lists)


def training(settings: TimelineSettings = TINY, known: Known | None = None, seed: int = 3) -> Training:
    """Ready to learn to walk; judged by everybody's last step."""
    everything = circles()
    before = everything.shortened()
    torch.manual_seed(seed)
    network = Network(ITEMS, settings, known)
    last = everything.items[everything.first + everything.lengths - 1]
    goal = NextItems(before, Wanted(last, np.arange(len(last) + 1)), masked=None)
    return Training(network, before, goal, seed)


def weights(network: Network) -> dict[str, Any]:
    """All numbers of a network."""
    return {name: value.tolist() for name, value in network.state_dict().items()}
