"""Training: rounds over all histories, and a look at validation now and then."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace

import msgspec
import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from onebasket.accounting import Progress, silent
from onebasket.timeline.coming import Outcomes
from onebasket.timeline.goals import Goal, Goals, action_loss, weights_of, window_loss
from onebasket.timeline.hardware import reckoned
from onebasket.timeline.histories import Batch, Histories, Places, shuffled
from onebasket.timeline.loss import Sample, sampled_softmax
from onebasket.timeline.network import Network
from onebasket.timeline.rows import Pace

Judge = Callable[[Network], float]  # how good a network is; more is better
_TELL = 20  # steps between two words on progress
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

    def __init__(
        self,
        network: Network,
        histories: Histories,
        judge: Judge,
        seed: int,
        warm: bool = False,
        outcomes: Outcomes | None = None,
    ) -> None:
        """`warm`: the network knows something already, and may be the best there is. `outcomes`: with as many
        groups as the network tells of."""
        settings = network.settings
        self.network, self.histories, self.judge, self.seed = network, histories, judge, seed
        self.settings = settings
        self.began_as = _digest(network) if warm else ""
        self.pace = Pace(settings.learning_rate, averaging=settings.averaging)
        self.averaged = deepcopy(network).eval()  # what is judged: copied before what training keeps is made
        self.tables = network.items.tables()
        for table in self.tables:
            table.begin(self.pace)
        self.weights = list(network.parameters())
        self.averages = [weight.detach().clone() for weight in self.weights]
        betas = (self.pace.slow, self.pace.fast)
        self.optimiser = torch.optim.AdamW(self.weights, self.pace.rate, betas, weight_decay=0.0, fused=True)
        outcomes = outcomes or Outcomes.nothing(histories, len(network.items))
        self.goals = Goals(histories, settings.horizon_days, outcomes)
        self.course, self.loss = Course(), torch.zeros(())
        self.best = _copied(network)

    def run(
        self, progress: Progress = silent, after_step: Callable[[Training], None] = lambda training: None
    ) -> Network:
        """Train until nothing gets better for a while; gives the best network seen.

        `after_step` is called between steps: there the training may be saved, or stopped by an error.
        """
        settings, course = self.settings, self.course
        self._began, self._targets = time.monotonic(), course.targets
        if self.began_as and course.best < 0:
            self._look()
        while course.epoch < settings.epochs and course.waited < settings.patience:
            self._epoch(progress, after_step)
        self.averaged.load_state_dict(self.best)
        return self.averaged

    def _epoch(self, progress: Progress, after_step: Callable[[Training], None]) -> None:
        """What is left of an epoch, and the look at its end."""
        settings, course = self.settings, self.course
        random = np.random.default_rng((self.seed, course.epoch))
        pieces = self.histories.pieces(settings.length, random)
        batches = shuffled(pieces, settings.batch, random)
        self.network.train()
        while course.batch < len(batches):
            self._step(pieces, batches[course.batch])
            course.batch, course.step = course.batch + 1, course.step + 1
            if not course.step % _TELL:
                done = course.epoch * len(batches) + course.batch
                progress(self._told(), done, settings.epochs * len(batches))
            after_step(self)
        course.epoch, course.batch = course.epoch + 1, 0
        if course.epoch % settings.look_every == 0 or course.epoch == settings.epochs:
            self._look()

    def _told(self) -> str:
        """How training goes, behind a dot: whoever shows it may tell the same thing by what is before."""
        speed = (self.course.targets - self._targets) / max(time.monotonic() - self._began, 1e-6)
        told = f"loss {float(self.loss):.2f}, {speed:,.0f} events/s"
        best = f", {self.course.best:.4f} on validation" if self.course.best >= 0 else ""
        return f"timeline: training · {told}{best}"

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

    def _step(self, pieces: Histories, people: Places) -> None:
        """One step: of each of the people's events but the first, those before it are to tell it."""
        settings, network, course = self.settings, self.network, self.course
        torch.manual_seed(_seed_of(self.seed, course.epoch, course.batch))
        batch, goal = self.goals.batch(pieces, people, settings.length, network.device)
        negatives = _drawn(network.items.seen, settings.negatives, network.device)
        rows, items, wanted, negatives = _local(batch.items, goal.items, negatives)
        vectors = network.items(rows)  # (R, D)
        with reckoned(settings, network.device):
            loss = self._loss(replace(batch, items=items), replace(goal, items=wanted), negatives, vectors)
        course.targets += int(goal.asked.sum())
        self.loss = loss.detach()
        self.optimiser.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        self.optimiser.step()
        for table in self.tables:
            table.step()
        torch._foreach_lerp_(self.averages, [each.detach() for each in self.weights], 1 - self.pace.averaging)

    def _loss(self, batch: Batch, goal: Goal, negatives: Tensor, vectors: Tensor) -> Tensor:
        """How far off the network is. Items are rows of `vectors`."""
        settings, network = self.settings, self.network
        states = network.encoder(batch, vectors)  # (B, T, D)
        asked = goal.asked if settings.repeats else goal.asked & ~_had(batch.items, goal.items)
        marks = None if goal.marks is None else goal.marks[asked]
        recent = _last(batch.items, settings.recent)[asked] if settings.recent else None
        sample = Sample(negatives, network.items.seen / len(negatives), recent)
        turned = network.encoder.towards(states[asked], marks)  # (P, D)
        counts = None if marks is None else weights_of(marks, settings.aside)
        loss = sampled_softmax(turned, goal.items[asked], sample, vectors, settings.temperature, counts)
        if goal.actions is not None and network.actions is not None:
            loss = loss + settings.beside * action_loss(network.actions(states), goal.actions)
        if goal.windows is not None and goal.spent is not None and network.windows is not None:
            waited = network.windows(network.encoder.towards(states, goal.waited))
            loss = loss + settings.beside * window_loss(waited, goal.windows, goal.spent)
        return loss


def _seed_of(*parts: int) -> int:
    return int(np.random.SeedSequence(parts).generate_state(1, np.uint64)[0] >> np.uint64(1))


def _drawn(items: int, count: int, device: torch.device) -> Tensor:
    """Items from one on, each at most once, every one as likely; fewer than `count` where there are."""
    if items <= max(count, _SHUFFLED):
        return torch.randperm(items, device=device)[:count] + 1
    drawn: Tensor = torch.unique(torch.randint(1, items + 1, (count,), device=device))
    return drawn


def _local(*items: Tensor) -> tuple[Tensor, ...]:
    """The items in use, none first, rising (R,); and each tensor as places among them."""
    none = items[0].new_zeros(1)
    rows = torch.unique(torch.cat([none, *(each.reshape(-1) for each in items)]))
    return rows, *(torch.searchsorted(rows, each.contiguous()) for each in items)


def _last(histories: Tensor, count: int) -> Tensor:
    """At each place the last items up to it, (B, T, count); 0 before the first."""
    places = histories.shape[1]
    return torch.stack([functional.pad(histories, (back, 0))[:, :places] for back in range(count)], -1)


def _had(before: Tensor, after: Tensor) -> Tensor:
    """Which items of `after` (B, T) are in `before` (B, T), at their place or an earlier one."""
    same = after[:, :, None] == before[:, None, :]
    return same.tril().any(-1)


def _digest(network: Network) -> str:
    """What a network's numbers are, as 64 letters."""
    told = hashlib.sha256()
    for name, value in sorted(network.state_dict().items()):
        told.update(name.encode() + value.cpu().numpy().tobytes())
    return told.hexdigest()


def _copied(network: Network) -> dict[str, Tensor]:
    return {name: value.detach().clone() for name, value in network.state_dict().items()}
