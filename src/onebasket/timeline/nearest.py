"""The best items of a state among all there are: exact, and fast enough to be asked while somebody waits.

Shapes: P states, N items, D width. Vectors and states are of length one, so scores are cosines.
"""

from __future__ import annotations

from functools import cache

import torch
from torch import Tensor
from torch.nn import functional

_MOST = 127  # of a code
_BLOCK = 64  # items
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
            self._scales = functional.pad(scales, (0, missing))
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
        told, off = self._told(state)
        items = _above(told, _reached(told, top) - 2 * off)  # rising: a stable sort leaves equals so
        scores = (self.vectors.index_select(0, items) * state).sum(-1)  # equal vectors, equal scores
        scores, order = scores.sort(descending=True, stable=True)
        return items[order[:top]], scores[:top]

    def _told(self, state: Tensor) -> tuple[Tensor, float]:
        """About what each item scores, block by block, and by how much that may be off at most. The last
        block is filled up with what is never listed."""
        rounding = 2 * self.vectors.shape[1] * torch.finfo(torch.float32).eps
        missing = -len(self.vectors) % _BLOCK
        if not self.rounded:
            told = functional.pad(torch.mv(self.vectors, state), (0, missing), value=-torch.inf)
            return told.view(-1, _BLOCK), rounding
        codes, scale = rounded_to_bytes(state[None])
        away = float((state - codes[0] * scale).norm())
        told = torch._int_mm(codes, self._codes.T)[0] * (self._scales * scale)
        told[len(told) - missing :] = -torch.inf
        return told.view(-1, _BLOCK), self._away * float(state.norm()) + self._length * away + rounding


def _reached(told: Tensor, top: int) -> Tensor:
    """A score that `top` items reach or more. Among the bests of blocks it is found sooner than among all."""
    scores = told.amax(1) if len(told) >= top else told.flatten()
    return scores.topk(top, sorted=False).values.min()


def _above(told: Tensor, least: Tensor) -> Tensor:
    """Whoever scores as much or more, looked for in blocks whose best does, (K,) rising."""
    blocks = torch.nonzero(told.amax(1) >= least)[:, 0]
    inside = torch.nonzero(told.index_select(0, blocks) >= least)
    return blocks[inside[:, 0]] * _BLOCK + inside[:, 1]


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
