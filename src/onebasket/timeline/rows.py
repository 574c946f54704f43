"""Tables of vectors, of which a step touches only the rows it needs."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

_EPSILON = 1e-8  # keeps Adam from dividing by nothing


@dataclass(frozen=True)
class Pace:
    """How steps move weights: Adam's rate and its two memories, and what the moving average keeps."""

    rate: float
    slow: float = 0.9
    fast: float = 0.98
    averaging: float = 0.0


@dataclass(frozen=True)
class _Taken:
    """Rows in use, as they stand now."""

    rows: Tensor  # (R,)
    leaf: Tensor  # (R, D) the weights, which collect the gradient
    first: Tensor  # (R, D) Adam's moments
    second: Tensor
    average: Tensor  # (R, D)


class Rows(nn.Module):
    """A table (N, D), trained by Adam as if every row were touched at every step, at the cost of those used.

    A row without a gradient goes on moving under Adam, by the momentum it has, ever more slowly. The sum of
    those moves is known in closed form: a row is brought up to date when it is used again, or asked for.
    Weights are what they would be, but for the correction of early steps, which is taken as it was when the
    row was last used. The moving average of weights takes a row as if it had come to rest at once.
    """

    weight: Tensor

    def __init__(self, rows: int, width: int, spread: float) -> None:
        super().__init__()
        self.register_buffer("weight", torch.randn(rows, width) * spread)
        self.time = 0  # steps so far
        self.pace = Pace(0.0)
        self.kept: dict[str, Tensor] = {}  # what training keeps beside the weights
        self._taken: _Taken | None = None

    def begin(self, pace: Pace) -> None:
        """Make ready for training."""
        like = torch.zeros_like
        self.pace, self.time = pace, 0
        self.kept = {
            "first": like(self.weight),
            "second": like(self.weight),
            "average": self.weight.clone(),
            "last": torch.zeros(len(self.weight), dtype=torch.int64, device=self.weight.device),
        }

    def take(self, rows: Tensor) -> Tensor:
        """Some rows (R, D), each named once; while training, `step` will move them."""
        if not self.training:
            return self.weight[rows]
        self._taken = self._now(rows)
        return self._taken.leaf.requires_grad_()

    @torch.no_grad()
    def step(self) -> None:
        """Move the rows last taken along their gradients."""
        taken, pace, kept = self._taken, self.pace, self.kept
        assert taken is not None, "take rows, and go backward, before a step"
        gradient, self._taken = taken.leaf.grad, None
        self.time += 1
        if gradient is None:
            return
        first = taken.first.lerp_(gradient, 1 - pace.slow)
        second = taken.second.mul_(pace.fast).addcmul_(gradient, gradient, value=1 - pace.fast)
        fresh = taken.leaf.detach() - self._move(first, second)
        self.weight[taken.rows] = fresh
        kept["first"][taken.rows], kept["second"][taken.rows] = first, second
        kept["average"][taken.rows] = taken.average.lerp_(fresh, 1 - pace.averaging)
        kept["last"][taken.rows] = self.time

    @torch.no_grad()
    def averaged(self) -> Tensor:
        """The moving average of the whole table, (N, D)."""
        return self._now(torch.arange(len(self.weight), device=self.weight.device)).average

    def _move(self, first: Tensor, second: Tensor) -> Tensor:
        """How far Adam goes in one step."""
        pace, time = self.pace, max(self.time, 1)
        scale = (second / (1 - pace.fast**time)).sqrt_().add_(_EPSILON)
        return (first * (pace.rate / (1 - pace.slow**time))).div_(scale)

    def _now(self, rows: Tensor) -> _Taken:
        """Rows with what they moved since they were last used."""
        pace, kept = self.pace, self.kept
        still = (self.time - kept["last"][rows]).to(self.weight.dtype)[:, None]  # (R, 1) steps without use
        first, second = kept["first"][rows], kept["second"][rows]
        ratio = pace.slow / pace.fast**0.5  # of one such move to the one before
        weight = self.weight[rows] - self._move(first, second) * (ratio * (1 - ratio**still) / (1 - ratio))
        average = torch.lerp(weight, kept["average"][rows], pace.averaging**still)
        return _Taken(rows, weight, first * pace.slow**still, second * pace.fast**still, average)
