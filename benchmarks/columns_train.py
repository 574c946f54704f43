"""Train the model behind `onebasket columns`: python -m benchmarks.columns_train

Learns from headers made from the vocabulary and from the known exports, with values made for them, and writes
the weights into the package. Torch is needed to train, not to ask.
"""

from __future__ import annotations

import argparse
import random
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from benchmarks.columns_files import File, Known, Pool, made
from benchmarks.columns_truth import exports
from numpy.typing import NDArray
from torch import Tensor, nn

from onebasket.collect.columns import network
from onebasket.collect.columns.names import BUCKETS
from onebasket.collect.columns.profile import SIZE, WORD_BUCKETS
from onebasket.collect.columns.vocabulary import TABLES, meanings

NAME, WORD, HIDDEN, FILE = 32, 16, 96, 48
NAMELESS = 0.04  # share of files without a row of names
FILES, STEPS, SEEDS = 8_000, 2_000, 2


class Batch:
    """Some files as tensors, their columns one after the other."""

    def __init__(self, files: Sequence[File], dropped: float, rng: np.random.Generator) -> None:
        nameless = rng.random(len(files)) < NAMELESS
        names = [
            name[rng.random(len(name)) >= (1 if without else dropped)]
            for file, without in zip(files, nameless, strict=True)
            for name in file.names
        ]
        words = [words for file in files for _, words in file.values]
        self.names, self.name_starts = _flat(names)
        self.words, self.word_starts = _flat(words)
        self.profiles = torch.from_numpy(np.stack([profile for file in files for profile, _ in file.values]))
        sizes = [len(file.names) for file in files]
        self.file = torch.from_numpy(np.repeat(np.arange(len(files)), sizes))
        self.files = len(files)
        self.right = torch.from_numpy(np.concatenate([file.right for file in files]))
        self.tables = torch.from_numpy(np.stack([file.tables for file in files]))


def _flat(lists: list[NDArray[np.int64]]) -> tuple[Tensor, Tensor]:
    sizes = np.array([len(each) for each in lists])
    starts = np.concatenate([[0], np.cumsum(sizes)[:-1]])
    return torch.from_numpy(np.concatenate(lists)), torch.from_numpy(starts)


class Network(nn.Module):
    """As `network.py` reads it: a column by itself, its file, its neighbours, what it means."""

    def __init__(self) -> None:
        super().__init__()
        self.name = nn.EmbeddingBag(BUCKETS, NAME, mode="sum")
        self.word = nn.EmbeddingBag(WORD_BUCKETS, WORD, mode="sum")
        nn.init.normal_(self.name.weight, std=0.3)
        nn.init.normal_(self.word.weight, std=0.3)
        self.alone = nn.Linear(NAME + WORD + SIZE, HIDDEN)
        self.file = nn.Linear(2 * HIDDEN, FILE)
        self.beside = nn.Linear(3 * HIDDEN + FILE, HIDDEN)
        self.meaning = nn.Linear(2 * HIDDEN, len(meanings()))
        self.table = nn.Linear(FILE, len(TABLES))
        self.seen = nn.Linear(len(meanings()), len(TABLES), bias=False)
        self.drop = nn.Dropout(0.15)

    def forward(self, batch: Batch) -> tuple[Tensor, Tensor]:
        name = _scaled(self.name(batch.names, batch.name_starts), batch.name_starts, len(batch.names))
        word = _scaled(self.word(batch.words, batch.word_starts), batch.word_starts, len(batch.words))
        alone = self.drop(torch.relu(self.alone(torch.cat([name, word, batch.profiles], 1))))
        where = batch.file[:, None].expand_as(alone)
        count = torch.bincount(batch.file, minlength=batch.files)[:, None]
        mean = torch.zeros(batch.files, HIDDEN).scatter_add(0, where, alone) / count
        most = torch.zeros(batch.files, HIDDEN).scatter_reduce(0, where, alone, "amax")
        file = torch.relu(self.file(torch.cat([mean, most], 1)))
        edge = torch.zeros(1, HIDDEN)
        same = (batch.file[1:] == batch.file[:-1])[:, None]
        before = torch.cat([edge, alone[:-1] * same])
        after = torch.cat([alone[1:] * same, edge])
        beside = self.drop(torch.relu(self.beside(torch.cat([alone, before, after, file[batch.file]], 1))))
        said = self.meaning(torch.cat([alone, beside], 1))
        chances = torch.softmax(said, 1)
        seen = torch.zeros(batch.files, chances.shape[1])
        seen = seen.scatter_reduce(0, batch.file[:, None].expand_as(chances), chances, "amax")
        return said, self.table(self.drop(file)) + self.seen(seen)


def _scaled(total: Tensor, starts: Tensor, size: int) -> Tensor:
    count = torch.diff(starts, append=torch.tensor([size])).clamp(min=1)
    return total / torch.sqrt(count)[:, None]


def train(
    files: Sequence[File], known: Sequence[Known], pool: Pool, seed: int, steps: int, often: float = 0.35
) -> Network:
    """A network; `often` is the share of known exports among the files of a step."""
    torch.manual_seed(seed)
    rng, numbers = random.Random(seed), np.random.default_rng(seed)
    net = Network()
    optimiser = torch.optim.AdamW(net.parameters(), lr=4e-3, weight_decay=0.02, fused=True)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, 4e-3, steps, pct_start=0.1)
    for _ in range(steps):
        some = [
            rng.choice(known).file(rng, pool, rng.choice((1, 0.8, 0.5, 0.25)), rng.random() < 0.3)
            if known and rng.random() < often
            else rng.choice(files)
            for _ in range(20)
        ]
        batch = Batch([file for file in some if file.names], rng.choice((0, 0.1, 0.3)), numbers)
        said, tables = net(batch)
        chances = torch.log_softmax(said, 1)
        loss = -torch.logsumexp(chances.masked_fill(~batch.right, -1e9), 1).mean()
        loss = loss + 0.5 * nn.functional.binary_cross_entropy_with_logits(tables, batch.tables)
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        optimiser.step()
        schedule.step()
    return net.eval()


def weights(net: Network) -> network.Weights:
    """The tensors of a network by name."""
    return {name: value.detach().numpy().astype(np.float32) for name, value in net.state_dict().items()}


def main() -> None:
    """Train on everything there is, and write it."""
    asked = argparse.ArgumentParser()
    asked.add_argument("--steps", type=int, default=STEPS)
    asked.add_argument("--files", type=int, default=FILES)
    asked.add_argument("--seeds", type=int, default=SEEDS)
    asked.add_argument("--out", type=Path, default=network.WEIGHTS)
    said = asked.parse_args()
    began = time.perf_counter()
    torch.set_num_threads(1)
    pool = Pool(0)
    files = list(made(0, said.files, pool))
    known = [Known(export) for export in exports()]
    nets = [weights(train(files, known, pool, seed, said.steps)) for seed in range(said.seeds)]
    network.save(said.out, nets)
    print(f"{said.out}: {said.out.stat().st_size:,} bytes, {time.perf_counter() - began:.0f} s")


if __name__ == "__main__":
    main()
