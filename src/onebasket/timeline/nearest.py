"""The best items of a state among all there are: exact, and fast enough to be asked while somebody waits.

Shapes: P states, N items, D width. Vectors and states are of length one, so scores are cosines.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor
from torch.nn import functional

from onebasket.kernels import kernel_fast

Floats = npt.NDArray[np.float32]
_ROUNDING = 2 * float(np.finfo(np.float32).eps)  # of each of D numbers that are added up
_MOST = 127  # of a code
_BLOCK = 64  # items
_NEVER = -(2**30)  # less than any sum of products of codes
_FEW = 2_000  # items below which plain scores cost less than choosing whom to score


class Nearest:
    """Finds the items with the highest scores of all, as if every score had been computed.

    Scores are first told from vectors rounded to a byte a number, which are read in a quarter of the time.
    How far such a score is off has a bound: the product of the lengths of what was rounded away
    (Cauchy-Schwarz). Whoever could be among the best within that bound is scored in full. Where the
    processor adds up bytes with saturation, on GPUs, or where there are few items, all scores are plain.
    """

    def __init__(self, vectors: Tensor, rounded: bool | None = None) -> None:
        """From unit vectors (N, D), kept as they are. `rounded`: None where it is exact and worth it."""
        self.vectors = vectors
        if rounded is None:
            rounded = vectors.device.type == "cpu" and len(vectors) >= _FEW and sums_are_exact()
        self.rounded = rounded
        if self.rounded:
            codes, scales = rounded_to_bytes(vectors)
            missing = -len(vectors) % _BLOCK
            self._codes = functional.pad(codes, (0, 0, 0, missing))
            self._scales = functional.pad(scales, (0, missing), value=1.0)
            away = vectors - codes * scales[:, None]
            self._away = float(away.norm(dim=1).max()) if len(vectors) else 0.0
            self._length = float((vectors - away).norm(dim=1).max()) if len(vectors) else 0.0

    @torch.inference_mode()
    def best(self, states: Tensor, top: int) -> tuple[Tensor, Tensor]:
        """The best items of each state (P, D) and their scores, best first: (P, K) each, K = min(top, N).

        Among equals the lower code comes first. An item's score does not depend on what else is asked.
        """
        kept = min(top, len(self.vectors))
        if not kept or not len(states):
            return (
                torch.zeros(len(states), kept, dtype=torch.int64, device=states.device),
                torch.zeros(len(states), kept, device=states.device),
            )
        found = [self._best(state, kept) for state in states]
        return torch.stack([items for items, _ in found]), torch.stack([scores for _, scores in found])

    def _best(self, state: Tensor, top: int) -> tuple[Tensor, Tensor]:
        """Of one state (D,): whoever may be among the best, then these in full."""
        if not state.any():  # nothing is known: everything is as good, and need not be scored
            return torch.arange(top, device=state.device), state.new_zeros(top)
        items = torch.from_numpy(self.near(state.numpy(), top)) if self.rounded else self._plain(state, top)
        scores = (self.vectors.index_select(0, items) * state).sum(-1)  # equal vectors, equal scores
        scores, order = scores.sort(descending=True, stable=True)  # items rise, so equals are in order
        return items[order[:top]], scores[:top]

    def near(self, state: Floats, top: int) -> npt.NDArray[np.int64]:
        """Whoever may be among the `top` best of a state (D,), rising; all of these are. For vectors that are
        rounded."""
        codes, scale = rounded_to_bytes(torch.from_numpy(state)[None])
        made = torch._int_mm(codes, self._codes.T)[0].numpy()
        made[len(self.vectors) :] = _NEVER  # what fills the last block up is never listed
        sums = made.reshape(-1, _BLOCK)
        worth = self._scales.numpy().reshape(-1, _BLOCK)
        bests = np.empty(len(sums), np.float32)
        _bests(sums, worth, bests)
        # As many blocks as items are sought hold them all: those of the highest bests.
        few = np.argpartition(bests, -top)[-top:] if top < len(bests) else np.arange(len(bests))
        reached = np.partition((sums[few] * worth[few]).ravel(), -top)[-top]
        away = float(np.linalg.norm(state - codes[0].numpy() * np.float32(scale)))
        off = self._away * float(np.linalg.norm(state)) + self._length * away + _ROUNDING * len(state)
        least = np.float32(reached - 2 * off / float(scale))
        blocks = np.flatnonzero(bests >= least)
        places = np.flatnonzero(sums[blocks] * worth[blocks] >= least)
        items: npt.NDArray[np.int64] = blocks[places // _BLOCK] * _BLOCK + places % _BLOCK
        return items

    def _plain(self, state: Tensor, top: int) -> Tensor:
        """The same where vectors are not rounded."""
        told = torch.mv(self.vectors, state)
        least = told.topk(top, sorted=False).values.min() - 2 * _ROUNDING * len(state)
        return torch.nonzero(told >= least)[:, 0]


@kernel_fast
def _bests(sums: Any, worth: Any, bests: Any) -> None:
    """The best of each block (blocks, items of a block)."""
    for block in range(len(sums)):
        best = np.float32(-np.inf)
        for inside in range(sums.shape[1]):
            best = max(best, np.float32(sums[block, inside]) * worth[block, inside])
        bests[block] = best


def rounded_to_bytes(vectors: Tensor) -> tuple[Tensor, Tensor]:
    """Each row (R, D) as whole numbers from -127 to 127, int8, and what one of them is worth (R,)."""
    scales = vectors.abs().amax(1).clamp(min=torch.finfo(torch.float32).tiny) / _MOST
    return (vectors / scales[:, None]).round().clamp(-_MOST, _MOST).to(torch.int8), scales


@cache
def sums_are_exact() -> bool:
    """Whether this processor adds up products of bytes without saturation: older ones do not."""
    most = torch.full((32, 192), _MOST, dtype=torch.int8)
    return all(
        bool((torch._int_mm(one, other.T) == int(one[0, 0]) * int(other[0, 0]) * 192).all())
        for one in (most[:1], -most[:1])
        for other in (most, -most)
    )
