"""Whether a small timeline model learns more when a larger one teaches it.

    python benchmarks/distil.py FILE.txt [--attributes F] [--share S] [--seeds N] [--set NAME=VALUE …]

The data and the protocol are those of benchmarks/sequences.py. A model of preset `base` is trained once
(--teacher changes its settings); then one of preset `small` for each seed, alone and taught. Taught means:
the share S of the loss of every event asked for is the cross-entropy between what both networks say of the
batch's negatives and the right item (Hinton et al., "Distilling the knowledge in a neural network", 2015).
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any
from unittest.mock import patch

import msgspec
import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from onebasket.accounting import peak_memory
from onebasket.learn.evaluate import judge
from onebasket.recommenders import Catalogue, Timeline
from onebasket.timeline import training
from onebasket.timeline.encoding import vectors_of
from onebasket.timeline.goals import Goal
from onebasket.timeline.histories import Batch
from onebasket.timeline.network import Network
from onebasket.timeline.settings import PRESETS
from sequences import TOP, Run, attributes, changed, last_apart, read, row_of, run_once, said, use_threads


class Taught(training.Training):
    """Training with a teacher that has read the same histories."""

    teacher: Network
    share: float

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self._vectors = functional.normalize(vectors_of(self.teacher), dim=-1)
        self._raw = vectors_of(self.teacher)
        self.network.items.register_forward_hook(self._noted)

    def _noted(self, items: Any, given: tuple[Tensor], made: Tensor) -> None:
        self._rows = given[0]

    def _loss(self, batch: Batch, goal: Goal, negatives: Tensor, vectors: Tensor) -> Tensor:
        rows, settings = self._rows, self.settings
        asked = goal.asked
        among = torch.cat([goal.items[asked][:, None], negatives.expand(int(asked.sum()), -1)], 1)
        with torch.no_grad():
            theirs = self.teacher.encoder(batch, self._raw[rows])[asked]
            sharpness = self.teacher.settings.temperature
            wanted = said_of(theirs, self._vectors[rows], among, negatives, sharpness).softmax(-1)
        state = self.network.encoder(batch, vectors)[asked]
        own = said_of(state, functional.normalize(vectors, dim=-1), among, negatives, settings.temperature)
        taught = functional.cross_entropy(own, wanted)
        return (1 - self.share) * super()._loss(batch, goal, negatives, vectors) + self.share * taught


def said_of(states: Tensor, vectors: Tensor, among: Tensor, negatives: Tensor, temperature: float) -> Tensor:
    """What states (P, D) say of the right item and of the negatives (P, 1 + K); nothing of a negative that is
    the right item."""
    states = functional.normalize(states, dim=-1) / temperature
    right = (states * vectors[among[:, 0]]).sum(-1, keepdim=True)
    wrong = (states @ vectors[negatives].T).masked_fill(among[:, 1:] == among[:, :1], -30.0)
    return torch.cat([right, wrong], 1)


def main() -> None:
    """Train the teacher, then small models alone and taught; print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("file", type=Path)
    parser.add_argument("--attributes", type=Path, help="JSON: item → attribute ids")
    parser.add_argument(
        "--share", type=float, nargs="+", default=[0.5], help="of the loss that is the teacher's"
    )
    parser.add_argument("--teacher", nargs="*", default=[], metavar="NAME=VALUE", help="network.epochs=20 …")
    parser.add_argument("--set", nargs="*", default=[], metavar="NAME=VALUE", help="of the small models")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=2)
    asked = parser.parse_args()
    use_threads(asked.threads)
    before, goal = last_apart(read(asked.file))
    catalogue = Catalogue(attributes(asked.attributes) if asked.attributes else {})
    print(
        "| model | HR@10 | NDCG@10 | train s | events/s | peak memory GB | |\n|---|---|---|---|---|---|---|"
    )
    teacher, networks = Timeline(), []
    base = msgspec.structs.replace(teacher.settings, network=PRESETS["base"], refit=False)
    teacher.settings = changed(base, asked.teacher)
    run = training.Training.run
    with patch.object(training.Training, "run", lambda *given: networks.append(run(*given)) or networks[-1]):
        teacher.fit(before, 0, catalogue=catalogue)
    values = judge(teacher, goal, TOP, "mask").values
    print(
        f"| base | {values[:, 0].mean():.4f} | {values[:, 1].mean():.4f} | | | | {said(teacher)} |",
        flush=True,
    )
    for share in (0.0, *asked.share):
        Taught.teacher, Taught.share = networks[0].eval(), share
        runs: list[Run] = []
        with patch.object(training, "Training", Taught if share else training.Training):
            for seed in range(asked.seeds):
                changes = ["refit=false", *asked.set]
                runs.append(run_once("timeline", changes, (before, before, goal), catalogue, seed)[0])
        print(row_of(f"small, taught {share}" if share else "small, alone", runs), flush=True)
    print(f"peak memory {peak_memory() / 1e9:.2f} GB, {len(np.unique(goal.items.items)):,} items asked for")


if __name__ == "__main__":
    main()
