"""The best items of a state among all there are: exact, and fast enough to be asked while somebody waits.

Shapes: P states, N items, D width. Vectors and states are of length one, so scores are cosines.
"""

from __future__ import annotations

from functools import cache

import torch
from torch import Tensor

_MOST = 127  # of a code
_BLOCK = 64  # items
_FEW = 2_000  # items below which plain scores cost less than choosing whom to score


class Nearest:
    """Finds the items with the highest scores of all, as if every score had been computed.

    Scores are first told from vectors rounded to a byte a number, which are read in a quarter of the time.
    How far such a score is off has a bound: the product of the lengths of what was rounded away
    (Cauchy-Schwarz). Whoever could be among the best within that bound is scored in full. Where the
    processor adds up bytes with saturation, or there are few items, all scores are plain.
    """

    def __init__(self, vectors: Tensor, rounded: bool | None = None) -> None:
        """From unit vectors (N, D), kept as they are. `rounded`: None where it is exact and worth it."""
        self.vectors = vectors
        self.rounded = sums_are_exact() and len(vectors) >= _FEW if rounded is None else rounded
        if self.rounded:
            self._codes, self._scales = rounded_to_bytes(vectors)
            away = vectors - self._codes * self._scales[:, None]
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
        told, off = self._told(state)
        items = torch.nonzero(told >= _reached(told, top) - 2 * off)[:, 0]  # rising: so equals stay
        scores = (self.vectors.index_select(0, items) * state).sum(-1)  # equal vectors, equal scores
        scores, order = scores.sort(descending=True, stable=True)
        return items[order[:top]], scores[:top]

    def _told(self, state: Tensor) -> tuple[Tensor, float]:
        """About what each item scores (N,), and by how much that may be off at most."""
        rounding = 2 * self.vectors.shape[1] * torch.finfo(torch.float32).eps
        if not self.rounded:
            return torch.mv(self.vectors, state), rounding
        codes, scale = rounded_to_bytes(state[None])
        away = float((state - codes[0] * scale).norm())
        told = torch._int_mm(codes, self._codes.T)[0] * (self._scales * scale)
        return told, self._away * float(state.norm()) + self._length * away + rounding


def _reached(scores: Tensor, top: int) -> Tensor:
    """A score that `top` items reach or more. Among the bests of blocks it is found sooner than among all."""
    blocks = len(scores) // _BLOCK
    if blocks >= top:
        scores = scores[: blocks * _BLOCK].view(blocks, _BLOCK).amax(1)
    return scores.topk(top, sorted=False).values.min()


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
