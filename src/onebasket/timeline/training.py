"""Training: rounds over all histories, and a look at validation now and then."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy

import msgspec
import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from onebasket.accounting import Progress, silent
from onebasket.timeline.histories import Histories, Places, shuffled
from onebasket.timeline.loss import Sample, sampled_softmax
from onebasket.timeline.network import Network
from onebasket.timeline.rows import Pace

Judge = Callable[[Network], float]  # how good a network is; more is better
_SHUFFLED = 1 << 17  # with up to so many items, negatives are the start of a shuffle of all


class Course(msgspec.Struct):
    """Where training stands."""

    epoch: int = 0
    batch: int = 0  # of the epoch
    step: int = 0  # of all
    best: float = -1.0
    best_epoch: int = 0
    waited: int = 0  # looks since the best
    targets: int = 0  # events the network was asked for


class Training:
    """Fits a network to histories. Every step draws from a seed of its own, made of the training's seed and
    the step's place: that is what lets training go on after a kill and end as it would have ended."""

    def __init__(self, network: Network, histories: Histories, judge: Judge, seed: int) -> None:
        settings = network.settings
        self.network, self.histories, self.judge, self.seed = network, histories, judge, seed
        self.settings = settings
        self.pace = Pace(settings.learning_rate, averaging=settings.averaging)
        self.averaged = deepcopy(network).eval()  # what is judged: copied before what training keeps is made
        self.tables = network.items.tables()
        for table in self.tables:
            table.begin(self.pace)
        self.weights = list(network.parameters())
        self.averages = [weight.detach().clone() for weight in self.weights]
        betas = (self.pace.slow, self.pace.fast)
        self.optimiser = torch.optim.AdamW(self.weights, self.pace.rate, betas, weight_decay=0.0, fused=True)
        self.course = Course()
        self.best = _copied(network)

    def run(
        self, progress: Progress = silent, after_step: Callable[[Training], None] = lambda training: None
    ) -> Network:
        """Train until nothing gets better for a while; gives the best network seen.

        `after_step` is called between steps: there the training may be saved, or stopped by an error.
        """
        settings, course = self.settings, self.course
        while course.epoch < settings.epochs and course.waited < settings.patience:
            self._epoch(progress, after_step)
        self.averaged.load_state_dict(self.best)
        return self.averaged

    def _epoch(self, progress: Progress, after_step: Callable[[Training], None]) -> None:
        """What is left of an epoch, and the look at its end."""
        settings, course = self.settings, self.course
        random = np.random.default_rng((self.seed, course.epoch))
        batches = shuffled(self.histories, settings.length + 1, settings.batch, random)
        self.network.train()
        while course.batch < len(batches):
            self._step(batches[course.batch])
            course.batch, course.step = course.batch + 1, course.step + 1
            progress("timeline: training", course.epoch * len(batches) + course.batch, 0)
            after_step(self)
        course.epoch, course.batch = course.epoch + 1, 0
        if course.epoch % settings.look_every == 0 or course.epoch == settings.epochs:
            self._look()

    def _look(self) -> None:
        """Judge the averaged weights, and keep them if they are the best so far."""
        course = self.course
        self._average()
        value = self.judge(self.averaged)
        course.waited += 1
        if value > course.best:
            course.best, course.best_epoch, course.waited = value, course.epoch, 0
            self.best = _copied(self.averaged)

    @torch.no_grad()
    def _average(self) -> None:
        """Bring the judged network up to date."""
        for theirs, average in zip(self.averaged.parameters(), self.averages, strict=True):
            theirs.copy_(average)
        for judged, table in zip(self.averaged.items.tables(), self.tables, strict=True):
            judged.weight.copy_(table.averaged())

    def _step(self, people: Places) -> None:
        """One step: of each of the people's items but the first, those before it are to tell it."""
        settings, network, course = self.settings, self.network, self.course
        torch.manual_seed(_seed_of(self.seed, course.epoch, course.batch))
        device = network.device
        batch = torch.from_numpy(self.histories.padded(people, settings.length + 1)).to(device, torch.int64)
        seen = network.items.seen
        negatives = _drawn(seen, settings.negatives, device)
        rows, batch, negatives = _local(batch, negatives)
        vectors = network.items(rows)  # (R, D)
        before, after = batch[:, :-1], batch[:, 1:]
        real = after > 0
        states = network.encoder(before, vectors)[real]  # (P, D)
        course.targets += len(states)
        recent = _last(before, settings.recent)[real] if settings.recent else None
        sample = Sample(negatives, seen / len(negatives), recent)
        loss = sampled_softmax(states, after[real], sample, vectors, settings.temperature)
        self.optimiser.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        self.optimiser.step()
        for table in self.tables:
            table.step()
        torch._foreach_lerp_(self.averages, [each.detach() for each in self.weights], 1 - self.pace.averaging)


def _seed_of(*parts: int) -> int:
    return int(np.random.SeedSequence(parts).generate_state(1, np.uint64)[0] >> np.uint64(1))


def _drawn(items: int, count: int, device: torch.device) -> Tensor:
    """Items from one on, each at most once, every one as likely; fewer than `count` where there are."""
    if items <= max(count, _SHUFFLED):
        return torch.randperm(items, device=device)[:count] + 1
    drawn: Tensor = torch.unique(torch.randint(1, items + 1, (count,), device=device))
    return drawn


def _local(batch: Tensor, negatives: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """The items in use, none first, rising (R,); and the batch and the negatives as places among them."""
    none = negatives.new_zeros(1)
    rows = torch.unique(torch.cat([none, batch.reshape(-1), negatives]))
    return rows, torch.searchsorted(rows, batch), torch.searchsorted(rows, negatives)


def _last(histories: Tensor, count: int) -> Tensor:
    """At each place the last items up to it, (B, T, count); 0 before the first."""
    places = histories.shape[1]
    return torch.stack([functional.pad(histories, (back, 0))[:, :places] for back in range(count)], -1)


def _copied(network: Network) -> dict[str, Tensor]:
    return {name: value.detach().clone() for name, value in network.state_dict().items()}
