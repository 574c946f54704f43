"""What the network is asked for at each place of a batch."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from onebasket.timeline.coming import Coming, Outcomes, Windows
from onebasket.timeline.histories import ASKED, PURCHASE, Batch, Histories, Places

WINDOWS_DAYS = (7, 30, 90)  # in which what comes is asked for, whenever it comes
PLAIN = 2  # the first kinds of what comes: purchases, returns
UNKNOWN = -1


@dataclass(frozen=True)
class Goal:
    """B people, T places; a place without an item to tell has none (0)."""

    items: Tensor  # (B, T)
    marks: Tensor | None  # (B, T, ASKED) of the event asked for
    actions: Tensor | None  # (B, T) what is done next; UNKNOWN: nothing
    windows: Tensor | None = None  # (B, T, W, kinds) what comes in the days after a wait; UNKNOWN: who knows
    spent: Tensor | None = None  # (B, T, W) in them, in usual purchases
    waited: Tensor | None = None  # (B, T, ASKED) marks of a purchase after that wait

    @property
    def asked(self) -> Tensor:
        """Where there is an item to tell, (B, T)."""
        return self.items > 0


class Goals:
    """Makes batches with their goals: the next event, or any purchase of the coming days.

    A list for a month needs the second (Pancha et al., "PinnerFormer", KDD 2022): the next event is often
    the rest of the same basket.
    """

    def __init__(self, histories: Histories, horizon_days: float, outcomes: Outcomes) -> None:
        self.coming = Coming.of(histories, horizon_days) if horizon_days else None
        timed = histories.marks is not None and histories.times is not None
        self.windows = Windows.of(histories, WINDOWS_DAYS, outcomes) if timed else None

    def batch(self, pieces: Histories, people: Places, most: int, device: torch.device) -> tuple[Batch, Goal]:
        """Of each piece `most` events, and what is asked at each. Draws from torch's generator."""
        if self.coming is not None:
            batch, (places, _) = pieces.batch(people, most, device), pieces.places(people, most)
            some, found, told = self.coming.drawn(places, _generator())
            items = torch.from_numpy(found * some).to(device, torch.int64) * batch.real
            asked = torch.from_numpy(told).to(device, torch.int64)
            goal = Goal(items, _half_told(asked), _next_actions(batch))
        else:
            whole, (places, _) = pieces.batch(people, most + 1, device), pieces.places(people, most + 1)
            batch, after, places = whole.all_but(0, 1), whole.all_but(1, 0), places[:, :-1]
            marks = None if after.marks is None else _half_told(after.marks[..., :ASKED])
            goal = Goal(after.items, marks, None if after.marks is None else _actions(after))
        if self.windows is None:
            return batch, goal
        drawn = self.windows.drawn(places, _generator())
        within, spent, waited = (torch.from_numpy(each).to(device) for each in drawn)
        within = within.masked_fill(~batch.real[..., None, None], UNKNOWN)
        waited = torch.stack([torch.full_like(waited, PURCHASE), waited], -1).to(torch.int64)
        return batch, replace(goal, windows=within, spent=spent, waited=waited)


def _generator() -> np.random.Generator:
    """Seeded by torch's generator, which each step of training sets."""
    return np.random.default_rng(int(torch.randint(1 << 62, ())))


def _actions(batch: Batch) -> Tensor:
    """What is done at each place."""
    assert batch.marks is not None
    return batch.marks[..., 0].masked_fill(~batch.real, UNKNOWN)


def _next_actions(batch: Batch) -> Tensor:
    """What is done after each place."""
    done = _actions(batch)
    return torch.cat([done[:, 1:], torch.full_like(done[:, :1], UNKNOWN)], 1)


def _half_told(asked: Tensor) -> Tensor:
    """Marks that are asked for, half of them without the time: it is not always known."""
    kept = torch.rand(asked.shape[:-1], device=asked.device) < 0.5
    return torch.stack([asked[..., 0], asked[..., 1] * kept], -1)


def weights_of(asked: Tensor, aside: float) -> Tensor:
    """What targets with these first marks (P, ASKED) count."""
    return torch.where(asked[:, 0] == PURCHASE, 1.0, aside)


def action_loss(told: Tensor, actions: Tensor) -> Tensor:
    """Mean cross-entropy of next actions (B, T) by logits (B, T, A)."""
    return functional.cross_entropy(told.flatten(0, 1), actions.flatten(), ignore_index=UNKNOWN)


def told_of_windows(kinds: int) -> int:
    """How many numbers tell of what comes: a logit for each kind in each window, and what is spent in it."""
    return len(WINDOWS_DAYS) * (kinds + 1)


def window_loss(told: Tensor, windows: Tensor, spent: Tensor) -> Tensor:
    """How far off is what is told (B, T, W · (kinds + 1)) of windows (B, T, W, kinds) and of what is spent in
    them (B, T, W): of each kind the mean cross-entropy; of money, as log(1 + it), the mean square. The sum of
    purchases, returns, the mean of groups, and money."""
    told = told.view(*windows.shape[:-1], -1)
    known = windows != UNKNOWN
    counts = known.sum((0, 1, 2)).clamp(min=1)  # (kinds,)
    losses = functional.binary_cross_entropy_with_logits(
        told[..., :-1], windows.clamp(min=0).float(), reduction="none"
    )
    kinds = (losses * known).sum((0, 1, 2)) / counts
    money = ((told[..., -1] - spent.log1p()) ** 2 * known[..., 0]).sum() / counts[0]
    loss: Tensor = kinds[:PLAIN].sum() + money
    return loss + kinds[PLAIN:].mean() if len(kinds) > PLAIN else loss
